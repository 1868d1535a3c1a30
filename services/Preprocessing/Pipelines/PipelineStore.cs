using System.Data.Common;
using Google.Protobuf;
using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Pipelines;

/// <summary>Pipelines in the database; immutable once created.</summary>
public sealed class PipelineStore(IDbContextFactory<PreprocessingDb> databases, JobStore<PreprocessingDb> jobs, TimeProvider time)
{
    public async Task<Pipeline> CreateAsync(string project, CreatePipelineRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first, cancel);
        }

        var now = time.GetUtcNow();
        var pipeline = request.Pipeline.Clone();
        pipeline.Name = Names.Pipeline.Format(project, request.PipelineId);
        pipeline.Split ??= new SplitSpec();
        pipeline.MadeAnew.Clear();
        (pipeline.Creator, pipeline.CreateTime) = (creator, now.UtcTicks.ToTimestamp());
        db.Pipelines.Add(new PipelineRow { Project = project, PipelineId = request.PipelineId, Description = pipeline.ToByteArray() });
        once.Record(pipeline.Name, now);
        try
        {
            await db.SaveChangesAsync(cancel);
            return pipeline;
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other ? await GetAsync(other, cancel) : throw MeshError.AlreadyExists(pipeline.Name);
        }
    }

    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<Pipeline> GetAsync(string name, CancellationToken cancel)
    {
        var ids = Names.Pipeline.Parse(name, "name");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await db.Pipelines.AsNoTracking().SingleOrDefaultAsync(p => p.Project == ids[0] && p.PipelineId == ids[1], cancel);
        return row is null ? throw MeshError.NotFound(name) : Pipeline.Parser.ParseFrom(row.Description);
    }

    public async Task<(IReadOnlyList<Pipeline> Page, string NextToken)> ListAsync(string project, Paging paging, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Pipelines.AsNoTracking()
            .Where(p => p.Project == project && string.Compare(p.PipelineId, paging.After) > 0)
            .OrderBy(p => p.PipelineId)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, p => p.PipelineId);
        return ([.. page.Select(p => Pipeline.Parser.ParseFrom(p.Description))], next);
    }

    /// <summary>Removes a pipeline and its runs; what they made stays.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        await GetAsync(name, cancel);
        var ids = Names.Pipeline.Parse(name, "name");
        var prefix = $"{name}/runs/";
        await using var db = await databases.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var active = await db.Jobs().AsNoTracking().Active().Where(j => j.Name.StartsWith(prefix)).Select(j => j.Name).FirstOrDefaultAsync(cancel);
        if (active is not null)
        {
            throw MeshError.Precondition("PIPELINE_ACTIVE", $"{active} is still active; cancel it first.");
        }

        foreach (var ended in await db.Jobs().AsNoTracking().Where(j => j.Name.StartsWith(prefix) && j.ParentName == null).Select(j => j.Name).ToListAsync(cancel))
        {
            await jobs.RemoveEndedAsync(db, ended, cancel);
        }

        await db.Runs.Where(r => r.Project == ids[0] && r.PipelineId == ids[1]).ExecuteDeleteAsync(cancel);
        try
        {
            await db.Pipelines.Where(p => p.Project == ids[0] && p.PipelineId == ids[1]).ExecuteDeleteAsync(cancel);
        }
        catch (DbException e) when (e.IsForeignKeyViolation())
        {
            // The foreign key of the runs.
            throw MeshError.Aborted("PIPELINE_ACTIVE", $"A run of {name} was created at this moment; cancel it first.");
        }

        await transaction.CommitAsync(cancel);
    }
}
