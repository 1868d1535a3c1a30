using System.Data.Common;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>Processed datasets and who needs them.</summary>
public sealed class ProcessedStore(IDbContextFactory<PreprocessingDb> databases)
{
    private const int IdLength = 32;
    private const int NamedHolders = 10;

    public static string IdOf(string key) => key[..IdLength];

    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<ProcessedDataset> GetAsync(string name, CancellationToken cancel)
    {
        var ids = Names.Processed.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await db.Processed.AsNoTracking().SingleOrDefaultAsync(d => d.Project == ids[0] && d.DatasetId == ids[1], cancel);
        return row is null ? throw MeshError.NotFound(name) : ProcessedDataset.Parser.ParseFrom(row.Description);
    }

    public async Task<ProcessedDatasetRow?> FindByKeyAsync(string project, string key, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return await db.Processed.AsNoTracking().SingleOrDefaultAsync(d => d.Project == project && d.Key == key, cancel);
    }

    public async Task<(IReadOnlyList<ProcessedDataset> Page, string NextToken)> ListAsync(string project, Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Processed.AsNoTracking()
            .Where(d => d.Project == project && string.Compare(d.DatasetId, paging.After) > 0)
            .OrderBy(d => d.DatasetId)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, d => d.DatasetId);
        return ([.. page.Select(d => ProcessedDataset.Parser.ParseFrom(d.Description))], next);
    }

    /// <summary>Pinning twice is harmless. The foreign key makes a pin and a deletion exclude each other.</summary>
    public async Task PinAsync(string name, string holder, CancellationToken cancel)
    {
        var ids = Names.Processed.Parse(name, "name");
        CheckHolder(holder, ids[0]);
        await GetAsync(name, cancel);
        await using var db = await databases.CreateDbContextAsync(cancel);
        db.Pins.Add(new PinRow { Project = ids[0], DatasetId = ids[1], Holder = holder });
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // It is pinned already.
        }
        catch (DbUpdateException)
        {
            // The foreign key: deleted between the look and the write.
            await GetAsync(name, cancel);
            throw;
        }
    }

    public async Task UnpinAsync(string name, string holder, CancellationToken cancel)
    {
        var ids = Names.Processed.Parse(name, "name");
        CheckHolder(holder, ids[0]);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await db.Pins.Where(p => p.Project == ids[0] && p.DatasetId == ids[1] && p.Holder == holder).ExecuteDeleteAsync(cancel);
    }

    /// <summary>Its runs stay as history; its blobs and its hold on the input go a little later.</summary>
    /// <exception cref="MeshException">NOT_FOUND; FAILED_PRECONDITION naming the holders.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var dataset = await GetAsync(name, cancel);
        var ids = Names.Processed.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var holders = await db.Pins.AsNoTracking().Where(p => p.Project == ids[0] && p.DatasetId == ids[1]).OrderBy(p => p.Holder).Select(p => p.Holder).Take(NamedHolders).ToListAsync(cancel);
        if (holders.Count > 0)
        {
            throw MeshError.Precondition("PINNED", $"{name} is needed by {string.Join(", ", holders)}.");
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var blobs = await db.Blobs.Where(b => b.Project == ids[0] && b.DatasetId == ids[1]).Select(b => b.Digest).ToListAsync(cancel);
        await PartitionCache.ReleaseAsync(db, ids[0], ids[1], cancel);
        try
        {
            if (await db.Processed.Where(d => d.Project == ids[0] && d.DatasetId == ids[1]).ExecuteDeleteAsync(cancel) == 0)
            {
                throw MeshError.NotFound(name);
            }
        }
        catch (DbException e) when (e.IsForeignKeyViolation())
        {
            // The foreign key of the pins.
            throw MeshError.Aborted("PINNED", $"{name} was pinned at this moment; try again.");
        }

        db.Changes.Add(new DatasetChangeRow { Project = ids[0], DatasetId = ids[1], DatasetVersion = dataset.DatasetVersion });
        BlobClaims.Abandon(db, ids[0], blobs);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    // As Ingest does for the pins of its versions.
    private static void CheckHolder(string holder, string project)
    {
        if (holder.Length > 512 || holder.Any(char.IsControl) || ResourcePattern.ProjectOf(holder) != project || holder.Count(c => c == '/') < 2)
        {
            throw MeshError.Invalid("holder", $"must be the name of a resource in projects/{project}.");
        }
    }
}
