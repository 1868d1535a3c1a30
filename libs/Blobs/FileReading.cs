using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs;

internal static class FileReading
{
    /// <summary>Reads until the buffer is full or the file ends; returns the bytes read.</summary>
    public static async ValueTask<int> ReadFullAsync(this SafeFileHandle file, long offset, Memory<byte> target, CancellationToken cancellation)
    {
        var filled = 0;
        int read;
        while (filled < target.Length && (read = await RandomAccess.ReadAsync(file, target[filled..], offset + filled, cancellation)) > 0)
        {
            filled += read;
        }
        return filled;
    }

    /// <summary>Fills the buffer from a file that nobody may shorten.</summary>
    /// <exception cref="BlobStoreException">The file cannot be read, or ends before.</exception>
    public static async ValueTask ReadAllAsync(this SafeFileHandle file, long offset, Memory<byte> target, CancellationToken cancellation)
    {
        if (await StoreFault.Guard(() => file.ReadFullAsync(offset, target, cancellation)) != target.Length)
        {
            throw new BlobStoreException("A file was shortened while it was stored.");
        }
    }
}
