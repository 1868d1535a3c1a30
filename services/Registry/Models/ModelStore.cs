using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Models;

/// <summary>Models in the database.</summary>
internal sealed class ModelStore(IDbContextFactory<RegistryDb> databases, TimeProvider time)
{
    public async Task<ModelState> CreateAsync(ModelKey key, CreateModelRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, key.Project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(ModelKey.Parse(first, "request_id"), cancel);
        }

        var now = time.GetUtcNow();
        var row = new ModelRow
        {
            Project = key.Project,
            Id = key.Model,
            DisplayName = request.Model?.DisplayName ?? "",
            Description = request.Model?.Description ?? "",
            CreatedTicks = now.UtcTicks,
            Creator = creator,
        };
        db.Models.Add(row);
        once.Record(key.Name, now);
        try
        {
            await db.SaveChangesAsync(cancel);
            return new ModelState(row, [], 0);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other
                ? await GetAsync(ModelKey.Parse(other, "request_id"), cancel)
                : throw MeshError.AlreadyExists(key.Name);
        }
    }

    public async Task<ModelState> GetAsync(ModelKey key, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await ReadAsync(db, key, cancel);
    }

    public static async Task<ModelState> ReadAsync(RegistryDb db, ModelKey key, CancellationToken cancel)
    {
        var rows = db.Models.AsNoTracking().Where(m => m.Project == key.Project && m.Id == key.Model);
        return (await StatesAsync(db, key.Project, await rows.ToListAsync(cancel), cancel)).SingleOrDefault() ?? throw MeshError.NotFound(key.Name);
    }

    public async Task<(IReadOnlyList<ModelState> Page, string NextToken)> ListAsync(string project, Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Models.AsNoTracking()
            .Where(m => m.Project == project && string.Compare(m.Id, paging.After) > 0)
            .OrderBy(m => m.Id)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, m => m.Id);
        return (await StatesAsync(db, project, page, cancel), next);
    }

    /// <exception cref="MeshException">FAILED_PRECONDITION while it has versions.</exception>
    public async Task DeleteAsync(ModelKey key, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await db.LockAsync(key, cancel);
        var versions = await db.Versions.CountAsync(v => v.Project == key.Project && v.ModelId == key.Model, cancel);
        if (versions > 0)
        {
            throw MeshError.Precondition("MODEL_NOT_EMPTY", $"{key.Name} has {versions} versions; delete them first.");
        }

        await db.Models.Where(m => m.Project == key.Project && m.Id == key.Model).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private static async Task<IReadOnlyList<ModelState>> StatesAsync(
        RegistryDb db, string project, IReadOnlyList<ModelRow> rows, CancellationToken cancel)
    {
        var ids = rows.Select(m => m.Id).ToList();
        var aliases = await db.Aliases.AsNoTracking().Where(a => a.Project == project && ids.Contains(a.ModelId)).ToListAsync(cancel);
        var latest = await db.Versions.Where(v => v.Project == project && ids.Contains(v.ModelId))
            .GroupBy(v => v.ModelId)
            .Select(g => new { Model = g.Key, Version = g.Max(v => v.Version) })
            .ToDictionaryAsync(g => g.Model, g => g.Version, cancel);
        var byModel = aliases.ToLookup(a => a.ModelId);
        return [.. rows.Select(m => new ModelState(m, [.. byModel[m.Id]], latest.GetValueOrDefault(m.Id)))];
    }
}
