using Mesh.Ingest.V1;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>Text files in folders. The folder that holds a file is its label, a folder above named like a split its split.</summary>
internal sealed class TextFolderFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.TextFolder;

    public bool FilesAreIndependent => true;

    // Each file has an encoding of its own unless one was asked for: such trees are collections from many places.
    public Task<RecordLayout> DescribeAsync(IReadOnlyList<SourceFile> files, RecordLayout asked, CancellationToken cancel) => Task.FromResult(asked with
    {
        Schema = new Schema
        {
            Columns =
            {
                new Column { Name = "text", Type = ColumnType.String },
                new Column { Name = "label", Type = ColumnType.String, Nullable = true },
            },
        },
    });

    public RecordCursor Open(IReadOnlyList<SourceFile> files, RecordLayout layout, string? split) => new TextFolderCursor(files, layout, split, options.Value);
}
