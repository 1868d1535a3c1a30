using Mesh.Registry.Serving;
using Mesh.Registry.Storage;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Models;

/// <summary>Moves and removes aliases; deployments that follow one move with it.</summary>
internal sealed class AliasStore(IDbContextFactory<RegistryDb> databases, ServingSignals signals)
{
    public async Task<ModelState> SetAsync(ModelKey key, string alias, int version, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.LockAsync(key, cancel);
        if (!await db.Versions.AnyAsync(v => v.Project == key.Project && v.ModelId == key.Model && v.Version == version, cancel))
        {
            throw MeshError.NotFound(key.VersionName(version));
        }

        await PointAsync(db, key, alias, version, cancel);
        await db.SaveChangesAsync(cancel);
        var state = await ModelStore.ReadAsync(db, key, cancel);
        var followers = await FollowersAsync(db, key, alias, cancel);
        await transaction.CommitAsync(cancel);
        signals.TargetsChanged(followers);
        return state;
    }

    /// <exception cref="MeshException">FAILED_PRECONDITION while a deployment follows it, naming that.</exception>
    public async Task<ModelState> DeleteAsync(ModelKey key, string alias, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.LockAsync(key, cancel);
        if (await FollowersAsync(db, key, alias, cancel) is [var follower, ..])
        {
            throw MeshError.Precondition("ALIAS_IN_USE", $"{key.AliasName(alias)} is followed by {follower}.");
        }

        var removed = await db.Aliases.Where(a => a.Project == key.Project && a.ModelId == key.Model && a.Alias == alias).ExecuteDeleteAsync(cancel);
        if (removed == 0)
        {
            throw MeshError.NotFound(key.AliasName(alias));
        }

        var state = await ModelStore.ReadAsync(db, key, cancel);
        await transaction.CommitAsync(cancel);
        return state;
    }

    /// <summary>Points the alias at the version; SaveChanges writes it. The caller holds the model's lock.</summary>
    public static async Task PointAsync(RegistryDb db, ModelKey key, string alias, int version, CancellationToken cancel)
    {
        if (await db.Aliases.FindAsync([key.Project, key.Model, alias], cancel) is { } existing)
        {
            existing.Version = version;
        }
        else
        {
            db.Aliases.Add(new AliasRow { Project = key.Project, ModelId = key.Model, Alias = alias, Version = version });
        }
    }

    /// <returns>Names of the deployments that follow the alias.</returns>
    public static async Task<IReadOnlyList<string>> FollowersAsync(RegistryDb db, ModelKey key, string alias, CancellationToken cancel)
    {
        var ids = await db.Deployments.Where(d => d.Project == key.Project && d.ModelId == key.Model && d.Alias == alias)
            .OrderBy(d => d.Id).Select(d => d.Id).ToListAsync(cancel);
        return [.. ids.Select(id => RegistryNames.Deployment.Format(key.Project, id))];
    }
}
