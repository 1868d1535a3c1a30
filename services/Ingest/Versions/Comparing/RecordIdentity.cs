using Mesh.Ingest.Formats;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Versions.Comparing;

/// <summary>What tells a record of a version apart from others: its key, its place, or nothing but its content.</summary>
internal sealed class RecordIdentity
{
    private readonly OpenedVersion _version;
    private readonly RecordHash _hash = new();
    private readonly int _keyColumn;
    private readonly bool _byPlace;

    public RecordIdentity(OpenedVersion version)
    {
        _version = version;
        var key = version.Layout.Options.KeyColumn;
        _keyColumn = key.Length == 0 ? -1 : version.Version.Schema.Columns.ToList().FindIndex(c => c.Name == key);
        // One record a file: the file's name is the record's.
        _byPlace = version.Version.Format is DataFormat.ImageFolder or DataFormat.TextFolder or DataFormat.Coco or DataFormat.Yolo;
    }

    public HashedRecord Of(RecordCursor cursor, bool isBase)
    {
        var content = _hash.OfContent(cursor.Row);
        var key = _keyColumn >= 0 && !cursor.Row.IsMissing(_keyColumn) ? _hash.OfValue(cursor.Row, _keyColumn)
            : _byPlace ? RecordHash.OfText(PlaceOf(cursor))
            : content;
        return new HashedRecord(key, content, isBase, cursor.Source);
    }

    // Within its archive: the archive of the next version may well be called otherwise.
    private string PlaceOf(RecordCursor cursor)
    {
        var upload = _version.Files[Math.Min(cursor.File, _version.Files.Count - 1)].Path;
        return cursor.Source.StartsWith(upload + ":", StringComparison.Ordinal) ? cursor.Source[(upload.Length + 1)..] : cursor.Source;
    }
}
