using Mesh.Ingest.Imports.Sources;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Imports;

/// <summary>Imports as a resource; <see cref="ImportRunner"/> works on them. Throws <see cref="MeshException"/>.</summary>
internal sealed class ImportStore(IDbContextFactory<IngestDb> databases, ImportSources sources, ChangeSignals signals, TimeProvider time)
{
    private const int MaxPatterns = 100;

    public async Task<Import> CreateAsync(CreateImportRequest request, string creator, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var asked = request.Import ?? new Import();
        Check(asked);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first, cancel);
        }

        var row = new ImportRow
        {
            Project = project,
            ImportId = ResourceId.New("import"),
            SourceUri = asked.SourceUri,
            Include = string.Join('\n', asked.Include),
            CreatedTicks = time.GetUtcNow().UtcTicks,
            Creator = creator,
        };
        db.Add(row);
        once.Record(row.Key().Name, time.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // The same request at the same time won.
            return await GetAsync(await once.FindAsync(cancel) ?? throw MeshError.Aborted("IMPORT_CONFLICT", "Another call was in the way; try again."), cancel);
        }

        signals.Pulse(ImportRunner.Wake);
        return row.ToImport(new ImportFacts(0, 0, 0));
    }

    public async Task<Import> GetAsync(string name, CancellationToken cancel)
    {
        var key = ImportKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, key, cancel);
        var import = row.ToImport(await FactsAsync(db, key, cancel));
        if (row.State.HasEnded())
        {
            var files = await db.ImportFiles.AsNoTracking().Of(key).Where(f => f.Finished).Select(f => new { f.Path, f.UploadId }).ToListAsync(cancel);
            import.Uploads.Add(files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => IngestNames.Upload.Format(key.Project, f.UploadId)));
        }

        return import;
    }

    public async Task<ListImportsResponse> ListAsync(ListImportsRequest request, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var paging = Paging.Parse(request.PageSize, request.PageToken);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Imports.AsNoTracking().Where(i => i.Project == project && string.Compare(i.ImportId, paging.After) > 0)
            .OrderBy(i => i.ImportId).Take(paging.Size + 1).ToListAsync(cancel);
        var (page, next) = paging.Next(rows, i => i.ImportId);
        var response = new ListImportsResponse { NextPageToken = next };
        foreach (var row in page)
        {
            response.Imports.Add(row.ToImport(await FactsAsync(db, row.Key(), cancel)));
        }

        return response;
    }

    /// <summary>One that waits ends at once; one at work ends when its process notices.</summary>
    public async Task<Import> CancelAsync(string name, CancellationToken cancel)
    {
        var key = ImportKey.Parse(name);
        await using (var db = await databases.CreateDbContextAsync(cancel))
        {
            await FindAsync(db, key, cancel);
            var now = time.GetUtcNow().UtcTicks;
            if (await db.Imports.Of(key).Where(i => i.State == JobState.Queued)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.State, JobState.Cancelled).SetProperty(i => i.EndTicks, now), cancel) == 0)
            {
                await db.Imports.Of(key).Where(i => i.State == JobState.Running).ExecuteUpdateAsync(set => set.SetProperty(i => i.State, JobState.Cancelling), cancel);
            }
        }

        signals.Pulse(name);
        return await GetAsync(name, cancel);
    }

    /// <summary>FAILED_PRECONDITION before it has ended.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        var key = ImportKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (!(await FindAsync(db, key, cancel)).State.HasEnded())
        {
            throw MeshError.Precondition("IMPORT_RUNNING", $"{name} has not ended; cancel it first.");
        }

        // Nothing leaves a terminal state, so it still is in one.
        await db.Imports.Of(key).ExecuteDeleteAsync(cancel);
        signals.Pulse(name);
    }

    private void Check(Import asked)
    {
        var violations = new Violations();
        var (uri, include) = (asked.SourceUri, asked.Include);
        var isText = uri.Length is > 0 and <= ImportModel.MaxUri && !uri.Any(char.IsControl);
        violations.Require(isText, "import.source_uri", $"must have 1 to {ImportModel.MaxUri} characters, none of them a control character.");
        violations.Require(include.Count <= MaxPatterns, "import.include", $"has at most {MaxPatterns} patterns.");
        violations.Require(include.Sum(p => p.Length + 1) <= ImportModel.MaxInclude, "import.include", $"has at most {ImportModel.MaxInclude} characters in all.");
        for (var i = 0; i < Math.Min(include.Count, MaxPatterns); i++)
        {
            violations.Require(
                include[i].Length > 0 && !include[i].Any(char.IsControl) && include[i][0] != '/' && !include[i].Split('/').Contains(".."),
                $"import.include[{i}]", "must be a relative pattern such as \"**/*.png\".");
        }

        try
        {
            if (isText)
            {
                sources.Open(uri).Dispose();
            }
        }
        catch (ImportException e)
        {
            violations.Add("import.source_uri", e.Message);
        }

        violations.ThrowIfAny();
    }

    private static async Task<ImportRow> FindAsync(IngestDb db, ImportKey key, CancellationToken cancel) =>
        await db.Imports.AsNoTracking().Of(key).SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(key.Name);

    private static async Task<ImportFacts> FactsAsync(IngestDb db, ImportKey key, CancellationToken cancel)
    {
        var counts = await db.ImportFiles.Of(key).GroupBy(f => f.Finished)
            .Select(group => new { Finished = group.Key, Files = group.LongCount(), Bytes = group.Sum(f => f.StoredBytes) }).ToListAsync(cancel);
        var done = counts.SingleOrDefault(c => c.Finished);
        return new ImportFacts(counts.Sum(c => c.Files), done?.Files ?? 0, done?.Bytes ?? 0);
    }
}
