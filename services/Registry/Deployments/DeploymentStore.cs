using Mesh.Registry.Models;
using Mesh.Registry.Serving;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Deployments;

/// <summary>A deployment and the version that its reference means now.</summary>
internal sealed record ResolvedDeployment(DeploymentRow Row, int Version)
{
    public string Name => RegistryNames.Deployment.Format(Row.Project, Row.Id);

    public string VersionName => RegistryNames.Version.Format(Row.Project, Row.ModelId, Version.ToString());
}

/// <summary>Deployments in the database. Every change wakes whoever computes what replicas should serve.</summary>
internal sealed class DeploymentStore(IDbContextFactory<RegistryDb> databases, ServingSignals signals, TimeProvider time)
{
    public async Task<ResolvedDeployment> CreateAsync(
        string project, ModelReference reference, CreateDeploymentRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first, cancel);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await RequireAsync(db, reference, cancel);
        var now = time.GetUtcNow();
        var name = RegistryNames.Deployment.Format(project, request.DeploymentId);
        db.Deployments.Add(new DeploymentRow
        {
            Project = project,
            Id = request.DeploymentId,
            ModelId = reference.Model.Model,
            Alias = reference.Alias,
            Version = reference.Version,
            Replicas = request.Deployment.Replicas,
            CreatedTicks = now.UtcTicks,
            Creator = creator,
        });
        once.Record(name, now);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            await transaction.RollbackAsync(cancel);
            return await once.FindAsync(cancel) is { } other ? await GetAsync(other, cancel) : throw MeshError.AlreadyExists(name);
        }

        return await CommitAsync(db, name, transaction.CommitAsync, cancel);
    }

    public async Task<ResolvedDeployment> GetAsync(string name, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await ReadAsync(db, name, cancel);
    }

    public async Task<(IReadOnlyList<ResolvedDeployment> Page, string NextToken)> ListAsync(string project, Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = db.Deployments.AsNoTracking()
            .Where(d => d.Project == project && string.Compare(d.Id, paging.After) > 0)
            .OrderBy(d => d.Id)
            .Take(paging.Size + 1);
        var found = await Resolve(db, rows).ToListAsync(cancel);
        return paging.Next(found, d => d.Row.Id);
    }

    /// <param name="reference">Unchanged when null.</param>
    /// <param name="replicas">Unchanged when null.</param>
    public async Task<ResolvedDeployment> UpdateAsync(string name, ModelReference? reference, int? replicas, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (reference is not null)
        {
            await RequireAsync(db, reference, cancel);
        }

        var (project, id) = Ids(name);
        var row = await db.Deployments.SingleOrDefaultAsync(d => d.Project == project && d.Id == id, cancel) ?? throw MeshError.NotFound(name);
        if (reference is not null)
        {
            (row.ModelId, row.Alias, row.Version) = (reference.Model.Model, reference.Alias, reference.Version);
        }

        row.Replicas = replicas ?? row.Replicas;
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw MeshError.NotFound(name);
        }

        return await CommitAsync(db, name, transaction.CommitAsync, cancel);
    }

    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var (project, id) = Ids(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (await db.Deployments.Where(d => d.Project == project && d.Id == id).ExecuteDeleteAsync(cancel) == 0)
        {
            throw MeshError.NotFound(name);
        }

        signals.TargetsChanged([name]);
    }

    /// <summary>What should be served, in all projects, in the order of the names.</summary>
    public async Task<IReadOnlyList<ServingTarget>> TargetsAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        // Without the facts: they hold all labels, and this runs every second.
        var rows = await (
            from d in db.Deployments
            from v in db.Versions
            where v.Project == d.Project && v.ModelId == d.ModelId && (v.Version == d.Version
                || db.Aliases.Any(a => a.Project == d.Project && a.ModelId == d.ModelId && a.Alias == d.Alias && a.Version == v.Version))
            select new { d.Project, d.Id, d.Replicas, v.ModelId, v.Version, v.BundleSha256, v.BundleSizeBytes }).ToListAsync(cancel);
        return [.. rows
            .Select(r => new ServingTarget(
                RegistryNames.Deployment.Format(r.Project, r.Id), RegistryNames.Version.Format(r.Project, r.ModelId, r.Version.ToString()),
                r.BundleSha256, r.BundleSizeBytes, r.Replicas))
            .OrderBy(t => t.Deployment, StringComparer.Ordinal)];
    }

    private async Task<ResolvedDeployment> CommitAsync(RegistryDb db, string name, Func<CancellationToken, Task> commit, CancellationToken cancel)
    {
        db.ChangeTracker.Clear();
        var resolved = await ReadAsync(db, name, cancel);
        await commit(cancel);
        signals.TargetsChanged([name]);
        return resolved;
    }

    private static async Task<ResolvedDeployment> ReadAsync(RegistryDb db, string name, CancellationToken cancel)
    {
        var (project, id) = Ids(name);
        var rows = db.Deployments.AsNoTracking().Where(d => d.Project == project && d.Id == id);
        return await Resolve(db, rows).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(name);
    }

    private static IQueryable<ResolvedDeployment> Resolve(RegistryDb db, IQueryable<DeploymentRow> rows) =>
        from d in rows
        from v in db.Versions
        where v.Project == d.Project && v.ModelId == d.ModelId && (v.Version == d.Version
            || db.Aliases.Any(a => a.Project == d.Project && a.ModelId == d.ModelId && a.Alias == d.Alias && a.Version == v.Version))
        orderby d.Id
        select new ResolvedDeployment(d, v.Version);

    /// <summary>Takes the model's lock, so that what is named here cannot be deleted before the deployment is written.</summary>
    private static async Task RequireAsync(RegistryDb db, ModelReference reference, CancellationToken cancel)
    {
        var (model, alias, version) = reference;
        await db.LockAsync(model, cancel);
        var exists = alias is null
            ? await db.Versions.AnyAsync(v => v.Project == model.Project && v.ModelId == model.Model && v.Version == version, cancel)
            : await db.Aliases.AnyAsync(a => a.Project == model.Project && a.ModelId == model.Model && a.Alias == alias, cancel);
        if (!exists)
        {
            throw MeshError.NotFound(reference.Name);
        }
    }

    private static (string Project, string Id) Ids(string name)
    {
        var ids = RegistryNames.Deployment.Parse(name, "name");
        return (ids[0], ids[1]);
    }
}
