using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats;

/// <summary>The formats there are, and which one a set of files is in.</summary>
internal sealed class RecordFormats(IEnumerable<IRecordFormat> formats)
{
    /// <summary>What every format of images yields.</summary>
    public static Schema ImageSchema => new()
    {
        Columns =
        {
            new Column { Name = "image", Type = ColumnType.Image },
            new Column { Name = "label", Type = ColumnType.String, Nullable = true },
        },
    };

    public IRecordFormat this[DataFormat format] => formats.Single(f => f.Format == format);

    /// <summary>Looks at the content of each file; names do not count.</summary>
    /// <param name="asked">UNSPECIFIED to find the format; else every file must be of it.</param>
    /// <exception cref="DatasetException">FORMAT_UNKNOWN, FORMAT_MIXED or FORMAT_MISMATCH.</exception>
    public async Task<IRecordFormat> FindAsync(IReadOnlyList<SourceFile> files, DataFormat asked, CancellationToken cancel)
    {
        var found = asked == DataFormat.Unspecified ? null : this[asked];
        foreach (var file in files)
        {
            var head = await FileHead.ReadAsync(file, cancel);
            var format = formats.FirstOrDefault(f => f.Recognises(head));
            if (asked != DataFormat.Unspecified && format != found)
            {
                throw new DatasetException("FORMAT_MISMATCH", $"{file.Path} is not {Describe(asked)}.");
            }

            if (format is null)
            {
                throw new DatasetException("FORMAT_UNKNOWN", $"{file.Path} is neither an IDX file of unsigned bytes nor a zip, tar or tar.gz.");
            }

            found ??= format;
            if (format != found)
            {
                throw new DatasetException("FORMAT_MIXED", $"{file.Path} is {Describe(format.Format)}, other files are {Describe(found.Format)}.");
            }
        }

        return found ?? throw new DatasetException("NO_RECORDS", "There is no file but label names.");
    }

    private static string Describe(DataFormat format) => format == DataFormat.Idx ? "an IDX file of unsigned bytes" : "a zip, tar or tar.gz";
}
