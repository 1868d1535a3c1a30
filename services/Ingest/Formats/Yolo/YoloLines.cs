using System.Globalization;
using Mesh.Ingest.Formats.Boxes;

namespace Mesh.Ingest.Formats.Yolo;

/// <summary>The lines of a label file: "class x y width height"; the centre and the size in shares of the image's, 0 to 1.</summary>
internal static class YoloLines
{
    private const int Fields = 5;

    /// <summary>Above any real class number.</summary>
    private const int MaxClass = 1_000_000;

    /// <summary>Adds the boxes of a label file, up to the first line that is none.</summary>
    /// <returns>False when the first filled line is none: the text is something else.</returns>
    public static bool TryAdd(ReadOnlySpan<byte> text, BoxIndex boxes, ref BoxChain chain, string source)
    {
        text = text.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]) ? text[3..] : text;
        var number = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var line = text[range].Trim(" \t\r"u8);
            if (line.IsEmpty)
            {
                continue;
            }

            var sound = TryParse(line, number, out var box);
            if (!sound && chain.First == 0 && !LooksLikeBox(line))
            {
                return false;
            }

            chain = boxes.Add(chain, box, source);
            if (!sound)
            {
                break;
            }
        }

        return true;
    }

    private static bool TryParse(ReadOnlySpan<byte> line, int number, out IndexedBox box)
    {
        box = IndexedBox.Broken(number);
        Span<double> values = stackalloc double[Fields];
        var count = 0;
        while (!line.IsEmpty)
        {
            if (count == Fields || !double.TryParse(Next(ref line), NumberStyles.Float, CultureInfo.InvariantCulture, out values[count++]))
            {
                return false;
            }
        }

        if (count < Fields || values[0] is not (>= 0 and <= MaxClass) || values[0] != Math.Truncate(values[0])
            || !BoxBounds.IsRectangle(values[1], values[2], values[3], values[4]))
        {
            return false;
        }

        box = new IndexedBox(values[1], values[2], values[3], values[4], number, (int)values[0]);
        return true;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)' ', (byte)'\t');
        var field = end < 0 ? line : line[..end];
        line = end < 0 ? [] : line[end..].TrimStart(" \t"u8);
        return field;
    }

    /// <summary>Starts with a class number and more behind it, however wrong.</summary>
    private static bool LooksLikeBox(ReadOnlySpan<byte> line)
    {
        var first = Next(ref line);
        return !line.IsEmpty && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
