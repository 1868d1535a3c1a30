namespace Mesh.Ingest.Storage;

/// <summary>The rows of one dataset or one version.</summary>
internal static class KeyedRows
{
    public static IQueryable<DatasetRow> Of(this IQueryable<DatasetRow> rows, string project, string dataset) =>
        rows.Where(d => d.Project == project && d.DatasetId == dataset);

    public static IQueryable<VersionRow> Of(this IQueryable<VersionRow> rows, VersionKey key) =>
        rows.Where(v => v.Project == key.Project && v.DatasetId == key.DatasetId && v.Version == key.Version);

    public static IQueryable<VersionFileRow> Of(this IQueryable<VersionFileRow> rows, VersionKey key) =>
        rows.Where(f => f.Project == key.Project && f.DatasetId == key.DatasetId && f.Version == key.Version);

    public static IQueryable<VersionDetailsRow> Of(this IQueryable<VersionDetailsRow> rows, VersionKey key) =>
        rows.Where(r => r.Project == key.Project && r.DatasetId == key.DatasetId && r.Version == key.Version);

    public static IQueryable<PinRow> Of(this IQueryable<PinRow> rows, VersionKey key) =>
        rows.Where(p => p.Project == key.Project && p.DatasetId == key.DatasetId && p.Version == key.Version);

    public static IQueryable<VersionTagRow> Of(this IQueryable<VersionTagRow> rows, VersionKey key) =>
        rows.Where(t => t.Project == key.Project && t.DatasetId == key.DatasetId && t.Version == key.Version);
}
