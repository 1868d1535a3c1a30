using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Formats.Idx;

/// <summary>IDX files (yann.lecun.com/exdb/mnist), gzipped or not, in pairs of images and labels; one pair a split.</summary>
internal sealed class IdxFormat(IOptions<IngestOptions> options) : IRecordFormat
{
    public DataFormat Format => DataFormat.Idx;

    public bool Recognises(FileHead head) => head.StartsWith(IdxHeader.ImagesMagic) || head.StartsWith(IdxHeader.LabelsMagic);

    public RecordCursor Open(IReadOnlyList<SourceFile> files, LabelNames labels, string? split)
    {
        var pairs = IdxPair.Find(files);
        return new IdxCursor([.. pairs.Where(p => split is null || p.Split == split)], labels, options.Value);
    }
}
