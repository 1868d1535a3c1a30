using Mesh.Blobs;
using Mesh.ModelGraph.Bundles;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Uploads;
using Microsoft.Extensions.Options;

namespace Mesh.Registry.Bundles;

/// <summary>What Registry keeps of a bundle that passed the check.</summary>
internal sealed record CheckedBundle(string Sha256, long SizeBytes, Signature Signature, IReadOnlyList<string> Labels, IReadOnlyList<BundleFile> Files);

/// <summary>
/// Reads uploaded bundles strictly. A check holds the bundle in memory, so only <see cref="RegistryOptions.BundleChecks"/>
/// run at once and the others wait.
/// </summary>
internal sealed class BundleCheck(IBlobStore blobs, IOptions<RegistryOptions> options, TimeProvider time, ILogger<BundleCheck> logger)
{
    private readonly SemaphoreSlim _checks = new(options.Value.BundleChecks);

    /// <exception cref="MeshException">INVALID_ARGUMENT "BUNDLE_INVALID" naming the file at fault; DATA_LOSS when the stored bytes are damaged.</exception>
    public async Task<CheckedBundle> ReadAsync(string project, UploadRow upload, string uploadName, CancellationToken cancel)
    {
        await _checks.WaitAsync(cancel);
        using var activity = Telemetry.Activities.StartActivity("check bundle");
        var started = time.GetTimestamp();
        try
        {
            return await ReadAsync(new BlobScope(RegistrySetup.Service, project), BlobDigest.Parse(upload.Sha256), cancel);
        }
        catch (BundleException e)
        {
            Telemetry.BundlesRefused.Add(1);
            logger.BundleRefused(uploadName, e.Message);
            throw BundleErrors.Invalid(e);
        }
        catch (BlobStoreException e)
        {
            logger.BundleUnreadable(uploadName, e);
            throw BundleErrors.Storage(e);
        }
        finally
        {
            Telemetry.BundleCheckDuration.Record(time.GetElapsedTime(started).TotalSeconds);
            _checks.Release();
        }
    }

    private async Task<CheckedBundle> ReadAsync(BlobScope scope, BlobDigest digest, CancellationToken cancel)
    {
        await using var stream = await blobs.OpenReadAsync(scope, digest, cancellation: cancel);
        // The reader is synchronous: disk reads and a SHA-256 over all bytes.
        var bundle = await Task.Run(() => ModelBundle.Read(stream), cancel);
        stream.Position = 0;
        var files = await Task.Run(() => BundleIndex.Read(stream), cancel);
        var content = bundle.Content;
        var signature = ToSignature(content.Signature);
        var kept = signature.CalculateSize() + new ModelVersion { Labels = { content.Labels } }.CalculateSize();
        if (kept > options.Value.MaxVersionBytes)
        {
            throw new BundleException("labels.json", $"labels and signature take {kept} bytes; at most {options.Value.MaxVersionBytes} are kept");
        }

        return new CheckedBundle(bundle.Digest, stream.Length, signature, content.Labels, files);
    }

    private static Signature ToSignature(BundleSignature signature) => new()
    {
        Task = signature.Task,
        Inputs = { signature.Inputs.Select(ToTensor) },
        Outputs = { signature.Outputs.Select(ToTensor) },
    };

    private static TensorSpec ToTensor(TensorSignature tensor) => new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };
}
