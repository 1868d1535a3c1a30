using Mesh.Cli.Output;
using Mesh.Uploads.V1;

namespace Mesh.Cli.Commands.Uploads;

/// <summary>An upload, in words.</summary>
internal static class UploadText
{
    public static string State(Upload upload) => upload.State.ToString().ToLowerInvariant();

    /// <summary>"3.2 MB of 9.1 MB", "9.1 MB".</summary>
    public static string Size(Upload upload) => upload.State == UploadState.Active && upload.SizeBytes > 0
        ? $"{Amount.Bytes(upload.CommittedBytes)} of {Amount.Bytes(upload.SizeBytes)}"
        : Amount.Bytes(upload.CommittedBytes);
}
