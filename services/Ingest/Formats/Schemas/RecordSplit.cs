using Mesh.Ingest.Formats.Archives;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Schemas;

/// <summary>The split of a record by one of its columns.</summary>
internal sealed class RecordSplit(RecordLayout layout)
{
    private readonly int _column = layout.Options.SplitColumn.Length == 0 ? -1 : layout.Schema.Columns.Select(c => c.Name).ToList().IndexOf(layout.Options.SplitColumn);

    /// <summary>Whether a column says the split; else the file's name does.</summary>
    public bool ByColumn => _column >= 0;

    /// <summary>Null when the record that was read says none.</summary>
    public string? Of(RecordRow row) => row.IsMissing(_column) || row.Columns[_column].Type != ColumnType.String ? null : EntryPlace.SplitOf(row.Text(_column).ToString());

    public string Problem => $"has no {layout.Options.SplitColumn} that is train, test or validation";
}
