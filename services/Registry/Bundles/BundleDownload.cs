using Google.Protobuf;
using Grpc.Core;
using Mesh.Blobs;
using Mesh.Registry.Models;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Registry.Bundles;

/// <summary>Streams a bundle or one of its files. Every byte is verified against the stored chunk hashes before it leaves.</summary>
internal sealed class BundleDownload(IBlobStore blobs, ILogger<BundleDownload> logger)
{
    /// <summary>Bytes per message.</summary>
    private const int ChunkBytes = 256 * 1024;

    /// <param name="file">Empty for the whole bundle.</param>
    /// <exception cref="MeshException">NOT_FOUND for a file the bundle does not have, DATA_LOSS for damaged bytes.</exception>
    public async Task SendAsync(VersionRow row, string file, long offset, IServerStreamWriter<DownloadModelVersionResponse> stream, CancellationToken cancel)
    {
        var name = new ModelKey(row.Project, row.ModelId).VersionName(row.Version);
        var part = file.Length == 0
            ? new BundleFile("", 0, row.BundleSizeBytes, row.BundleSha256)
            : row.Files.SingleOrDefault(f => f.Name == file) ?? throw MeshError.NotFound($"A file \"{file}\" in {name}");
        if (offset < 0 || offset > part.SizeBytes)
        {
            throw MeshError.Invalid("offset", $"must be 0 to {part.SizeBytes}.");
        }

        try
        {
            var scope = new BlobScope(RegistrySetup.Service, row.Project);
            await using var bytes = await blobs.OpenReadAsync(
                scope, BlobDigest.Parse(row.BundleSha256), part.Offset + offset, part.SizeBytes - offset, cancel);
            await CopyAsync(bytes, part, stream, cancel);
        }
        catch (BlobStoreException e)
        {
            logger.BundleUnreadable(name, e);
            throw BundleErrors.Storage(e);
        }
    }

    private static async Task CopyAsync(Stream bytes, BundleFile part, IServerStreamWriter<DownloadModelVersionResponse> stream, CancellationToken cancel)
    {
        // One buffer for all messages: a message is serialized before its write returns.
        var buffer = new byte[ChunkBytes];
        var first = true;
        int read;
        while ((read = await bytes.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel)) > 0 || first)
        {
            var message = new DownloadModelVersionResponse { Data = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)) };
            if (first)
            {
                (message.SizeBytes, message.Sha256, first) = (part.SizeBytes, part.Sha256, false);
            }

            await stream.WriteAsync(message, cancel);
        }
    }
}
