using Mesh.Identity.Storage;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Identity.Projects;

/// <summary>Projects in the database.</summary>
public sealed class ProjectStore(IDbContextFactory<IdentityDb> databases, TimeProvider time)
{
    /// <summary>The project every mesh has; it cannot be deleted.</summary>
    public const string Default = "default";

    public async Task<ProjectRow> CreateAsync(CreateProjectRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, "", request.RequestId, nameof(CreateAsync), request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first["projects/".Length..], cancel);
        }

        var now = time.GetUtcNow();
        var row = new ProjectRow
        {
            Id = request.ProjectId,
            DisplayName = request.Project?.DisplayName ?? "",
            Creator = creator,
            CreatedTicks = now.UtcTicks,
        };
        db.Projects.Add(row);
        once.Record($"projects/{row.Id}", now);
        try
        {
            await db.SaveChangesAsync(cancel);
            return row;
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other
                ? await GetAsync(other["projects/".Length..], cancel)
                : throw MeshError.AlreadyExists($"projects/{row.Id}");
        }
    }

    public async Task<ProjectRow> GetAsync(string id, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancel) ?? throw MeshError.NotFound($"projects/{id}");
    }

    public async Task<(IReadOnlyList<ProjectRow> Page, string NextToken)> ListAsync(Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Projects.AsNoTracking()
            .Where(p => string.Compare(p.Id, paging.After) > 0)
            .OrderBy(p => p.Id)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        return paging.Next(rows, p => p.Id);
    }

    /// <returns>False when the project does not exist or is not in the opposite state.</returns>
    public async Task<bool> MarkDeletingAsync(string id, bool deleting, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.Projects.Where(p => p.Id == id && p.Deleting != deleting)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Deleting, deleting), cancel) == 1;
    }

    public async Task RemoveAsync(string id, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await db.Projects.Where(p => p.Id == id && p.Deleting).ExecuteDeleteAsync(cancel);
    }

    public async Task<IReadOnlyList<string>> ListDeletingAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.Projects.Where(p => p.Deleting).Select(p => p.Id).ToListAsync(cancel);
    }
}
