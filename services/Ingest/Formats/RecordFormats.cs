using Mesh.Ingest.Formats.Detection;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats;

/// <summary>The formats there are, and which one a set of files is in.</summary>
internal sealed class RecordFormats(IEnumerable<IRecordFormat> formats, FormatFinder finder)
{
    private readonly Dictionary<DataFormat, IRecordFormat> _formats = formats.ToDictionary(f => f.Format);

    /// <summary>What every format of labelled images yields.</summary>
    public static Schema ImageSchema => new()
    {
        Columns =
        {
            new Column { Name = "image", Type = ColumnType.Image },
            new Column { Name = "label", Type = ColumnType.String, Nullable = true },
        },
    };

    public IRecordFormat this[DataFormat format] => _formats[format];

    /// <summary>Looks at the content of the files; names count only where content says nothing.</summary>
    /// <param name="asked">UNSPECIFIED to find the format; else every file must be possible in it.</param>
    /// <exception cref="DatasetException">FORMAT_UNKNOWN, FORMAT_MIXED or FORMAT_MISMATCH.</exception>
    public async Task<IRecordFormat> FindAsync(IReadOnlyList<SourceFile> files, DataFormat asked, CancellationToken cancel) =>
        this[await finder.FindAsync(files, asked, cancel)];
}
