using Mesh.Registry.Storage;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Models;

/// <summary>Reads and deletes versions; <see cref="VersionRegistration"/> makes them.</summary>
internal sealed class VersionStore(IDbContextFactory<RegistryDb> databases, BlobCollector<RegistryDb> blobs)
{
    /// <summary>Bytes of versions in one page: labels make versions big, and clients take 4 MiB by default.</summary>
    private const int PageBytes = 3 * 1024 * 1024;

    public async Task<VersionState> GetAsync(VersionKey key, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await ReadAsync(db, key, cancel);
    }

    public static async Task<VersionState> ReadAsync(RegistryDb db, VersionKey key, CancellationToken cancel)
    {
        var (model, version) = key;
        var row = await db.Versions.AsNoTracking()
            .SingleOrDefaultAsync(v => v.Project == model.Project && v.ModelId == model.Model && v.Version == version, cancel)
            ?? throw MeshError.NotFound(key.Name);
        return new VersionState(row, await AliasesAsync(db, key, cancel));
    }

    /// <summary>Versions from the first up. A page ends early when it grows beyond what a client takes in one message.</summary>
    public async Task<(IReadOnlyList<VersionState> Page, string NextToken)> ListAsync(ModelKey model, Paging paging, CancellationToken cancel)
    {
        var after = paging.After.Length == 0 ? 0
            : int.TryParse(paging.After, out var last) ? last
            : throw MeshError.Invalid("page_token", "is not a token that a list call returned.");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var aliases = (await db.Aliases.AsNoTracking().Where(a => a.Project == model.Project && a.ModelId == model.Model).ToListAsync(cancel))
            .ToLookup(a => a.Version, a => a.Alias);
        var rows = db.Versions.AsNoTracking()
            .Where(v => v.Project == model.Project && v.ModelId == model.Model && v.Version > after)
            .OrderBy(v => v.Version)
            .Take(paging.Size + 1)
            .AsAsyncEnumerable();
        var found = new List<VersionState>();
        var bytes = 0;
        await foreach (var row in rows.WithCancellation(cancel))
        {
            found.Add(new VersionState(row, [.. aliases[row.Version].Order()]));
            bytes += row.Facts.CalculateSize();
            if (bytes > PageBytes && found.Count > 1)
            {
                return (paging with { Size = found.Count - 1 }).Next(found, v => v.Row.Version.ToString());
            }
        }

        return paging.Next(found, v => v.Row.Version.ToString());
    }

    /// <exception cref="MeshException">FAILED_PRECONDITION while an alias or a deployment uses it, naming that.</exception>
    public async Task DeleteAsync(VersionKey key, CancellationToken cancel)
    {
        var (model, version) = key;
        await using (var db = await databases.CreateDbContextAsync(cancel))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            await db.LockAsync(model, cancel);
            var (row, aliases) = await ReadAsync(db, key, cancel);
            await RequireUnusedAsync(db, key, aliases, cancel);
            await db.Versions.Where(v => v.Project == model.Project && v.ModelId == model.Model && v.Version == version).ExecuteDeleteAsync(cancel);
            await ReleaseBundleAsync(db, model.Project, row.BundleSha256, cancel);
            await transaction.CommitAsync(cancel);
        }

        blobs.Wake();
    }

    private static async Task RequireUnusedAsync(RegistryDb db, VersionKey key, IReadOnlyList<string> aliases, CancellationToken cancel)
    {
        var (model, version) = key;
        var deployment = await db.Deployments
            .Where(d => d.Project == model.Project && d.ModelId == model.Model && (d.Version == version || aliases.Contains(d.Alias)))
            .OrderBy(d => d.Id).Select(d => d.Id).FirstOrDefaultAsync(cancel);
        if (deployment is not null)
        {
            throw MeshError.Precondition("VERSION_IN_USE", $"{key.Name} is used by {RegistryNames.Deployment.Format(model.Project, deployment)}.");
        }

        if (aliases is [var alias, ..])
        {
            throw MeshError.Precondition("VERSION_IN_USE", $"{key.Name} is used by {model.AliasName(alias)}.");
        }
    }

    private static async Task ReleaseBundleAsync(RegistryDb db, string project, string sha256, CancellationToken cancel)
    {
        if (!await db.Versions.AnyAsync(v => v.Project == project && v.BundleSha256 == sha256, cancel))
        {
            // The uploads that became versions go with the last of them; they would keep the bytes for nobody.
            await db.Set<UploadRow>().Where(u => u.Project == project && u.Sha256 == sha256 && u.UsedTicks > 0).ExecuteDeleteAsync(cancel);
        }

        await BlobCollector<RegistryDb>.ReleaseAsync(db, project, [sha256], cancel);
        await db.SaveChangesAsync(cancel);
    }

    private static async Task<IReadOnlyList<string>> AliasesAsync(RegistryDb db, VersionKey key, CancellationToken cancel)
    {
        var (model, version) = key;
        return await db.Aliases.Where(a => a.Project == model.Project && a.ModelId == model.Model && a.Version == version)
            .OrderBy(a => a.Alias).Select(a => a.Alias).ToListAsync(cancel);
    }
}
