using Mesh.ServiceDefaults.Names;

namespace Mesh.Ingest;

internal static class IngestNames
{
    /// <summary>The service part of the scope of its blobs.</summary>
    public const string Service = "ingest";

    public static readonly ResourcePattern Dataset = new("projects/{project}/datasets/{dataset}");

    public static readonly ResourcePattern Version = new("projects/{project}/datasets/{dataset}/versions/{version}");

    public static readonly ResourcePattern Upload = new("projects/{project}/uploads/{upload}");

    public static readonly ResourcePattern Import = new("projects/{project}/imports/{import}");
}

/// <summary>A version's key, from its name.</summary>
internal readonly record struct VersionKey(string Project, string DatasetId, int Version)
{
    public string Name => IngestNames.Version.Format(Project, DatasetId, Version.ToString());

    public static VersionKey Parse(string name, string field = "name")
    {
        var ids = IngestNames.Version.Parse(name, field);
        return new VersionKey(ids[0], ids[1], ResourceId.ParseVersion(ids[2], field));
    }
}
