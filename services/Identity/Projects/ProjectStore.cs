using Mesh.Identity.Storage;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Identity.Projects;

/// <summary>Projects in the database.</summary>
public sealed class ProjectStore(IDbContextFactory<IdentityDb> databases, IOptions<IdentityOptions> options, TimeProvider time)
{
    /// <summary>The project every mesh has; it cannot be deleted.</summary>
    public const string Default = "default";

    /// <summary>A mark older than this is of a deletion that was cut off: the services answer one that goes on in half the time.</summary>
    private TimeSpan MarkLifetime => 2 * TimeSpan.FromSeconds(options.Value.ContentsTimeoutSeconds);

    private long OldestMark => (time.GetUtcNow() - MarkLifetime).UtcTicks;

    /// <returns>The project, and whether this call created it rather than one before with the same request id.</returns>
    public async Task<(ProjectRow Row, bool IsNew)> CreateAsync(CreateProjectRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, "", request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return (await GetAsync(first["projects/".Length..], cancel), false);
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
            return (row, true);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other
                ? (await GetAsync(other["projects/".Length..], cancel), false)
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

    public bool IsDeleting(ProjectRow row) => row.DeletingSinceTicks > OldestMark;

    /// <returns>The mark, to be taken off or deleted by; null when another deletion is under way.</returns>
    public async Task<long?> MarkDeletingAsync(string id, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var (mark, oldest) = (time.GetUtcNow().UtcTicks, OldestMark);
        return await db.Projects.Where(p => p.Id == id && (p.DeletingSinceTicks == null || p.DeletingSinceTicks <= oldest))
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletingSinceTicks, mark), cancel) == 1 ? mark : null;
    }

    public async Task UnmarkAsync(string id, long mark, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        await db.Projects.Where(p => p.Id == id && p.DeletingSinceTicks == mark)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.DeletingSinceTicks, (long?)null), cancel);
    }

    /// <returns>False when the mark is no longer in force: then things may have been created in the project since.</returns>
    public async Task<bool> RemoveAsync(string id, long mark, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var oldest = OldestMark;
        return await db.Projects.Where(p => p.Id == id && p.DeletingSinceTicks == mark && mark > oldest).ExecuteDeleteAsync(cancel) == 1;
    }
}
