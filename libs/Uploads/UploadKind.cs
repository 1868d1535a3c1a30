using Mesh.ServiceDefaults.Names;

namespace Mesh.Uploads;

/// <summary>Whose uploads they are.</summary>
/// <param name="Pattern">"projects/{project}/uploads/{upload}"</param>
/// <param name="Service">The service part of the blobs' scope: "ingest".</param>
public sealed record UploadKind(ResourcePattern Pattern, string Service)
{
    internal string NameOf(UploadRow row) => Pattern.Format(row.Project, row.UploadId);
}
