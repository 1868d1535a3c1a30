using Mesh.Blobs;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Ingest.Formats;

/// <summary>A local file that is open, and kept where it is until it is disposed.</summary>
internal sealed class LocalFile(LocalBlob blob) : IDisposable
{
    public SafeFileHandle Handle { get; } = File.OpenHandle(blob.Path, share: FileShare.Read | FileShare.Delete);

    public void Dispose()
    {
        Handle.Dispose();
        blob.Dispose();
    }
}
