using System.Globalization;
using System.Runtime.InteropServices;
using Mesh.Shards;
using Mesh.Transforms;
using Mesh.Transforms.Rows;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>Rows in words and numbers.</summary>
internal sealed class RowText(FittedPipeline fitted)
{
    private const int ShownElements = 8;

    /// <summary>One text for each column of the first row.</summary>
    public IEnumerable<string> Of(RowBatch rows) => fitted.Outputs.Select((output, i) => Of(output, rows.Column(i, 0, 1).Span));

    private static string Of(PipelineOutput output, ReadOnlySpan<byte> row)
    {
        var column = output.Column;
        if (column.IsScalar)
        {
            var text = Element(column.ElementType, row);
            return int.TryParse(text, CultureInfo.InvariantCulture, out var index) && index >= 0 && index < output.ClassNames.Count ? $"{text} ({output.ClassNames[index]})" : text;
        }

        var shown = new List<string>();
        for (var i = 0; i < Math.Min(ShownElements, column.RowElements); i++)
        {
            shown.Add(Element(column.ElementType, row[(i * column.ElementType.Size)..]));
        }

        return $"[{string.Join(", ", shown)}{(column.RowElements > ShownElements ? ", …" : "")}]";
    }

    private static string Element(ElementType type, ReadOnlySpan<byte> bytes) => type switch
    {
        ElementType.UInt8 => Text(bytes[0]),
        ElementType.Int8 => Text((sbyte)bytes[0]),
        ElementType.UInt16 => Text(MemoryMarshal.Read<ushort>(bytes)),
        ElementType.Int16 => Text(MemoryMarshal.Read<short>(bytes)),
        ElementType.UInt32 => Text(MemoryMarshal.Read<uint>(bytes)),
        ElementType.Int32 => Text(MemoryMarshal.Read<int>(bytes)),
        ElementType.UInt64 => Text(MemoryMarshal.Read<ulong>(bytes)),
        ElementType.Int64 => Text(MemoryMarshal.Read<long>(bytes)),
        ElementType.Float16 => Text(MemoryMarshal.Read<Half>(bytes), "G4"),
        ElementType.Float32 => Text(MemoryMarshal.Read<float>(bytes), "G6"),
        ElementType.Float64 => Text(MemoryMarshal.Read<double>(bytes), "G9"),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "is not an element type of shards."),
    };

    private static string Text<T>(T number, string? format = null)
        where T : IFormattable => number.ToString(format, CultureInfo.InvariantCulture);
}
