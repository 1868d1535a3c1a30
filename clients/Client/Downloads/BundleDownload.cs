using System.Security.Cryptography;
using Grpc.Core;
using Mesh.Client.Retrying;
using Mesh.Registry.V1;

namespace Mesh.Client.Downloads;

/// <summary>Fetches model bundles.</summary>
public static class BundleDownload
{
    /// <summary>A stream that brings nothing for this long is opened again.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Writes a version's bundle, or one file of it, to <paramref name="destination"/> in order; goes on where it was after a break.
    /// </summary>
    /// <param name="name">"projects/{project}/models/{model}/versions/{version}"</param>
    /// <param name="file">A file of the bundle, "model.onnx"; empty for the whole bundle (tar).</param>
    /// <param name="progress">Bytes done, and all of them.</param>
    /// <returns>SHA-256 of what was written, lower-case hex; it is what the mesh announced.</returns>
    /// <exception cref="InvalidDataException">The bytes are not those that the mesh announced.</exception>
    /// <exception cref="Errors.MeshApiException">The mesh refused it, or stayed away for longer than the client's patience.</exception>
    public static async Task<string> DownloadModelVersionAsync(
        this MeshClient mesh, string name, string file, Stream destination, IProgress<(long Done, long Total)>? progress = null,
        CancellationToken cancel = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var tries = new Patience(mesh.Options.Patience);
        var (done, total, announced) = (0L, 0L, "");
        while (true)
        {
            using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            using var call = mesh.Models.DownloadModelVersion(
                new DownloadModelVersionRequest { Name = name, File = file, Offset = done }, cancellationToken: stall.Token);
            RpcException broken;
            try
            {
                stall.CancelAfter(StallLimit);
                while (await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                {
                    stall.CancelAfter(Timeout.InfiniteTimeSpan);
                    var part = call.ResponseStream.Current;
                    (total, announced) = part.Sha256.Length > 0 ? (part.SizeBytes, part.Sha256) : (total, announced);
                    hash.AppendData(part.Data.Span);
                    await destination.WriteAsync(part.Data.Memory, cancel).ConfigureAwait(false);
                    done += part.Data.Length;
                    progress?.Report((done, total));
                    tries.Worked();
                    stall.CancelAfter(StallLimit);
                }

                break;
            }
            catch (RpcException e) when (tries.Has(e, cancel))
            {
                broken = e;
            }

            await tries.WaitAsync(broken, cancel).ConfigureAwait(false);
        }

        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        return done == total && found == announced
            ? found
            : throw new InvalidDataException($"{name} came as {done} of {total} bytes with SHA-256 {found}; the mesh announced {announced}.");
    }
}
