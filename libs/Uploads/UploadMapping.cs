using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;

namespace Mesh.Uploads;

/// <summary>An upload on the wire.</summary>
internal static class UploadMapping
{
    public static Upload ToUpload(this UploadRow row, UploadKind kind, long committedBytes) => new()
    {
        Name = kind.NameOf(row),
        FileName = row.FileName,
        SizeBytes = row.DeclaredBytes,
        CommittedBytes = committedBytes,
        State = row.State,
        Sha256 = row.Sha256.Length > 0 ? row.Sha256 : row.FinishingSha256.Length > 0 ? row.FinishingSha256 : row.AnnouncedSha256,
        CreateTime = row.CreatedTicks.ToTimestamp(),
        Creator = row.Creator,
    };
}
