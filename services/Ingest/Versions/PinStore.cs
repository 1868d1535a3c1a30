using Mesh.Ingest.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions;

/// <summary>Who needs which version. Both calls may be repeated.</summary>
internal sealed class PinStore(IDbContextFactory<IngestDb> databases, TimeProvider time)
{
    /// <exception cref="MeshException">NOT_FOUND; FAILED_PRECONDITION for a version that is not ready.</exception>
    public async Task PinAsync(string name, string holder, CancellationToken cancel)
    {
        var key = Check(name, holder);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // The lock keeps a delete, and the same pin made twice at once, in order.
        await VersionStore.LockAsync(db, key, cancel);
        var version = await VersionStore.FindAsync(db, key, cancel);
        if (version.State != JobState.Succeeded)
        {
            throw MeshError.Precondition("VERSION_NOT_READY", $"{name} is not ready, so nothing can rely on it yet.");
        }

        if (!await db.Pins.Of(key).AnyAsync(p => p.Holder == holder, cancel))
        {
            db.Add(new PinRow
            {
                Project = key.Project,
                DatasetId = key.DatasetId,
                Version = key.Version,
                Holder = holder,
                CreatedTicks = time.GetUtcNow().UtcTicks,
            });
            await db.SaveChangesAsync(cancel);
        }

        await transaction.CommitAsync(cancel);
    }

    /// <summary>Lets go of a version; harmless when there is no such pin, or no such version any more.</summary>
    public async Task UnpinAsync(string name, string holder, CancellationToken cancel)
    {
        var key = Check(name, holder);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await db.Pins.Of(key).Where(p => p.Holder == holder).ExecuteDeleteAsync(cancel);
    }

    private static VersionKey Check(string name, string holder)
    {
        var key = VersionKey.Parse(name);
        if (holder.Length > 512 || holder.Any(char.IsControl) || ResourcePattern.ProjectOf(holder) != key.Project || holder.Count(c => c == '/') < 2)
        {
            throw MeshError.Invalid("holder", $"must be the name of a resource in projects/{key.Project}.");
        }

        return key;
    }
}
