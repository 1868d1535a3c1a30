using System.Runtime.InteropServices;

namespace Mesh.Blobs.Remote;

internal static class MemoryContent
{
    /// <summary>A seekable stream over the bytes themselves, as the clients want it; a new one for each attempt.</summary>
    public static MemoryStream AsStream(this ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}
