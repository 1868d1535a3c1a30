using Mesh.Registry.Bundles;
using Mesh.Registry.Serving;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Models;

/// <summary>Makes a finished bundle upload the next version of a model.</summary>
internal sealed class VersionRegistration(
    IDbContextFactory<RegistryDb> databases, BundleCheck check, VersionStore versions, ServingSignals signals, TimeProvider time,
    ILogger<VersionRegistration> logger)
{
    /// <summary>
    /// 1. A request id that was carried out before answers with its version.
    /// 2. The upload must be finished: then its bytes are the blob's, immutable.
    /// 3. The bundle is read to its end; nothing is written yet, so a refused one leaves no trace.
    /// 4. One transaction takes the number, writes the version, moves the alias and records the request id.
    /// </summary>
    public async Task<VersionState> RegisterAsync(ModelKey model, string uploadId, CreateModelVersionRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, model.Project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await versions.GetAsync(VersionKey.Parse(first, "request_id"), cancel);
        }

        // Checked again inside the transaction; here it spares the reading of a bundle that has nowhere to go.
        await ModelStore.ReadAsync(db, model, cancel);
        var upload = await FinishedAsync(db, model.Project, uploadId, request.Upload, cancel);
        var bundle = await check.ReadAsync(model.Project, upload, request.Upload, cancel);

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var number = await db.LockForNextVersionAsync(model, cancel);
        var now = time.GetUtcNow();
        await TouchAsync(db, model.Project, uploadId, request.Upload, now, cancel);
        db.Versions.Add(NewRow(model, number, bundle, request, creator, now));
        if (request.Alias.Length > 0)
        {
            await AliasStore.PointAsync(db, model, request.Alias, number, cancel);
        }

        once.Record(model.VersionName(number), now);
        try
        {
            await db.SaveChangesAsync(cancel);
            var followers = request.Alias.Length > 0 ? await AliasStore.FollowersAsync(db, model, request.Alias, cancel) : [];
            var state = await VersionStore.ReadAsync(db, new VersionKey(model, number), cancel);
            await transaction.CommitAsync(cancel);
            signals.TargetsChanged(followers);
            logger.VersionRegistered(model.VersionName(number), creator);
            Telemetry.VersionsRegistered.Add(1);
            return state;
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // The same request id at the same time: the other call won, and the number taken here is given back.
            await transaction.RollbackAsync(cancel);
            if (await once.FindAsync(cancel) is { } other)
            {
                return await versions.GetAsync(VersionKey.Parse(other, "request_id"), cancel);
            }

            throw;
        }
    }

    private static async Task<UploadRow> FinishedAsync(RegistryDb db, string project, string id, string name, CancellationToken cancel)
    {
        var row = await db.Set<UploadRow>().AsNoTracking().SingleOrDefaultAsync(u => u.Project == project && u.UploadId == id, cancel)
            ?? throw MeshError.NotFound(name);
        return row.State == UploadState.Finished ? row : throw MeshError.Precondition("UPLOAD_NOT_FINISHED", $"{name} is not finished.");
    }

    // Makes a delete of the upload, which would let the blob go, wait for this transaction or win over it.
    private static async Task TouchAsync(RegistryDb db, string project, string id, string name, DateTimeOffset now, CancellationToken cancel)
    {
        var rows = await db.Set<UploadRow>().Where(u => u.Project == project && u.UploadId == id && u.State == UploadState.Finished)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.UsedTicks, now.UtcTicks), cancel);
        if (rows == 0)
        {
            throw MeshError.NotFound(name);
        }
    }

    private static VersionRow NewRow(
        ModelKey model, int number, CheckedBundle bundle, CreateModelVersionRequest request, string creator, DateTimeOffset now) => new()
        {
            Project = model.Project,
            ModelId = model.Model,
            Version = number,
            BundleSha256 = bundle.Sha256,
            BundleSizeBytes = bundle.SizeBytes,
            Facts = new ModelVersion
            {
                Signature = bundle.Signature,
                Labels = { bundle.Labels },
                Lineage = request.Lineage ?? new Lineage(),
                Metrics = { request.Metrics },
            },
            Files = bundle.Files,
            CreatedTicks = now.UtcTicks,
            Creator = creator,
        };
}
