using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Datasets;

/// <summary>Datasets: named series of versions. Throws <see cref="MeshException"/>.</summary>
internal sealed class DatasetStore(IDbContextFactory<IngestDb> databases, TimeProvider time)
{
    public async Task<Dataset> CreateAsync(CreateDatasetRequest request, string creator, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var asked = request.Dataset ?? new Dataset();
        var violations = new Violations();
        ResourceId.Check(violations, request.DatasetId, "dataset_id");
        CheckText(violations, asked.DisplayName, 256, "dataset.display_name");
        CheckText(violations, asked.Description, 4096, "dataset.description");
        violations.ThrowIfAny();

        await using var db = await databases.CreateDbContextAsync(cancel);
        var name = IngestNames.Dataset.Format(project, request.DatasetId);
        var once = new RequestOnce(db, project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first, cancel);
        }

        var row = new DatasetRow
        {
            Project = project,
            DatasetId = request.DatasetId,
            DisplayName = asked.DisplayName,
            Description = asked.Description,
            CreatedTicks = time.GetUtcNow().UtcTicks,
            Creator = creator,
        };
        db.Add(row);
        once.Record(name, time.GetUtcNow());
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            await db.SaveChangesAsync(cancel);
            // Only now: the row above waited for whoever deletes a dataset of this name at the same time.
            var last = await db.DeletedDatasets.Where(d => d.Project == project && d.DatasetId == row.DatasetId).Select(d => d.LastVersion).SingleOrDefaultAsync(cancel);
            await db.Datasets.Of(project, row.DatasetId).ExecuteUpdateAsync(set => set.SetProperty(d => d.LastVersion, last), cancel);
            await transaction.CommitAsync(cancel);
            return ToDataset(row, 0);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other ? await GetAsync(other, cancel) : throw MeshError.AlreadyExists(name);
        }
    }

    public async Task<Dataset> GetAsync(string name, CancellationToken cancel)
    {
        var ids = IngestNames.Dataset.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await db.Datasets.AsNoTracking().Of(ids[0], ids[1]).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(name);
        var latest = await LatestAsync(db, ids[0], [ids[1]], cancel);
        return ToDataset(row, latest.GetValueOrDefault(ids[1]));
    }

    public async Task<ListDatasetsResponse> ListAsync(ListDatasetsRequest request, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var paging = Paging.Parse(request.PageSize, request.PageToken);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Datasets.AsNoTracking()
            .Where(d => d.Project == project && string.Compare(d.DatasetId, paging.After) > 0)
            .OrderBy(d => d.DatasetId).Take(paging.Size + 1).ToListAsync(cancel);
        var (page, next) = paging.Next(rows, d => d.DatasetId);
        var latest = await LatestAsync(db, project, [.. page.Select(d => d.DatasetId)], cancel);
        return new ListDatasetsResponse { Datasets = { page.Select(d => ToDataset(d, latest.GetValueOrDefault(d.DatasetId))) }, NextPageToken = next };
    }

    /// <summary>FAILED_PRECONDITION while the dataset has versions.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var ids = IngestNames.Dataset.Parse(name, "name");
        var (project, dataset) = (ids[0], ids[1]);
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Locks the row: a version created at the same time is either counted below or finds no dataset.
        if (await db.Datasets.Of(project, dataset).ExecuteUpdateAsync(set => set.SetProperty(d => d.LastVersion, d => d.LastVersion), cancel) == 0)
        {
            throw MeshError.NotFound(name);
        }

        var versions = await db.Versions.CountAsync(v => v.Project == project && v.DatasetId == dataset, cancel);
        if (versions > 0)
        {
            throw MeshError.Precondition("DATASET_NOT_EMPTY", $"{name} has {versions} versions; delete them first.");
        }

        var last = await db.Datasets.Of(project, dataset).Select(d => d.LastVersion).SingleAsync(cancel);
        await db.DeletedDatasets.Where(d => d.Project == project && d.DatasetId == dataset).ExecuteDeleteAsync(cancel);
        db.Add(new DeletedDatasetRow { Project = project, DatasetId = dataset, LastVersion = last });
        await db.SaveChangesAsync(cancel);
        await db.Datasets.Of(project, dataset).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private static Task<Dictionary<string, int>> LatestAsync(IngestDb db, string project, string[] datasets, CancellationToken cancel) =>
        db.Versions.Where(v => v.Project == project && datasets.Contains(v.DatasetId) && v.State == JobState.Succeeded)
            .GroupBy(v => v.DatasetId)
            .Select(group => new { group.Key, Latest = group.Max(v => v.Version) })
            .ToDictionaryAsync(v => v.Key, v => v.Latest, cancel);

    private static Dataset ToDataset(DatasetRow row, int latest) => new()
    {
        Name = IngestNames.Dataset.Format(row.Project, row.DatasetId),
        DisplayName = row.DisplayName,
        Description = row.Description,
        LatestVersion = latest == 0 ? "" : new VersionKey(row.Project, row.DatasetId, latest).Name,
        CreateTime = row.CreatedTicks.ToTimestamp(),
        Creator = row.Creator,
    };

    private static void CheckText(Violations violations, string text, int limit, string field)
    {
        violations.Require(text.Length <= limit, field, $"must have at most {limit} characters.");
        violations.Require(!text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')), field, "must not contain control characters.");
    }
}
