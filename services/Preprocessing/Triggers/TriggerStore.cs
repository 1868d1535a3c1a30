using System.Globalization;
using Google.Protobuf;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Triggers in the database.</summary>
public sealed class TriggerStore(IDbContextFactory<PreprocessingDb> databases, PipelineStore pipelines, NewVersions versions, TimeProvider time)
{
    private const int ShownFirings = 10;

    public async Task<Trigger> CreateAsync(CreateTriggerRequest request, string creator, CancellationToken cancel)
    {
        var ids = Names.Pipeline.Parse(request.Parent, "parent");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, ids[0], request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await GetAsync(first, cancel);
        }

        await pipelines.GetAsync(request.Parent, cancel);
        var now = time.GetUtcNow();
        var trigger = request.Trigger.Clone();
        // What the service says of a trigger is not the caller's to set.
        trigger.Firings.Clear();
        (trigger.Name, trigger.Error) = (Names.Trigger.Format(ids[0], ids[1], request.TriggerId), "");
        (trigger.Creator, trigger.CreateTime) = (creator, now.UtcTicks.ToTimestamp());
        db.Triggers.Add(new TriggerRow
        {
            Project = ids[0],
            PipelineId = ids[1],
            TriggerId = request.TriggerId,
            Description = trigger.ToByteArray(),
            Disabled = trigger.Disabled,
            SeenVersion = await versions.SeenAtFirstAsync(trigger, cancel),
        });
        once.Record(trigger.Name, now);
        try
        {
            await db.SaveChangesAsync(cancel);
            return trigger;
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            return await once.FindAsync(cancel) is { } other ? await GetAsync(other, cancel) : throw MeshError.AlreadyExists(trigger.Name);
        }
        catch (DbUpdateException)
        {
            // The foreign key: the pipeline was deleted between the look and the write.
            await pipelines.GetAsync(request.Parent, cancel);
            throw;
        }
    }

    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<Trigger> GetAsync(string name, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await Of(db, name).AsNoTracking().SingleOrDefaultAsync(cancel) ?? throw MeshError.NotFound(name);
        return (await ShowAsync(db, [row], cancel)).Single();
    }

    public async Task<(IReadOnlyList<Trigger> Page, string NextToken)> ListAsync(string parent, Paging paging, CancellationToken cancel)
    {
        await pipelines.GetAsync(parent, cancel);
        var ids = Names.Pipeline.Parse(parent, "parent");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var rows = await db.Triggers.AsNoTracking()
            .Where(t => t.Project == ids[0] && t.PipelineId == ids[1] && string.Compare(t.TriggerId, paging.After) > 0)
            .OrderBy(t => t.TriggerId)
            .Take(paging.Size + 1)
            .ToListAsync(cancel);
        var (page, next) = paging.Next(rows, t => t.TriggerId);
        return ([.. await ShowAsync(db, page, cancel)], next);
    }

    public async Task<Trigger> UpdateAsync(UpdateTriggerRequest request, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (request.HasDisabled && await Of(db, request.Name).ExecuteUpdateAsync(set => set.SetProperty(t => t.Disabled, request.Disabled), cancel) == 0)
        {
            throw MeshError.NotFound(request.Name);
        }

        return await GetAsync(request.Name, cancel);
    }

    /// <summary>With its firings: what they have not started is not started any more.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (await Of(db, name).ExecuteDeleteAsync(cancel) == 0)
        {
            throw MeshError.NotFound(name);
        }
    }

    private static IQueryable<TriggerRow> Of(PreprocessingDb db, string name)
    {
        var ids = Names.Trigger.Parse(name, "name");
        return db.Triggers.Where(t => t.Project == ids[0] && t.PipelineId == ids[1] && t.TriggerId == ids[2]);
    }

    private static async Task<IEnumerable<Trigger>> ShowAsync(PreprocessingDb db, IReadOnlyList<TriggerRow> rows, CancellationToken cancel)
    {
        var ids = rows.Select(r => r.Id).ToList();
        var firings = await db.Triggers.AsNoTracking()
            .Where(t => ids.Contains(t.Id))
            .SelectMany(t => db.Firings.Where(f => f.TriggerId == t.Id).OrderByDescending(f => f.Version).Take(ShownFirings))
            .ToListAsync(cancel);
        var byTrigger = firings.OrderByDescending(f => f.Version).ToLookup(f => f.TriggerId);
        return rows.Select(row =>
        {
            var trigger = Trigger.Parser.ParseFrom(row.Description);
            (trigger.Disabled, trigger.Error) = (row.Disabled, row.Error);
            trigger.Firings.Add(byTrigger[row.Id].Select(f => ToProto(trigger, f)));
            return trigger;
        });
    }

    private static TriggerFiring ToProto(Trigger trigger, TriggerFiringRow row) => new()
    {
        DatasetVersion = VersionOf(trigger, row.Version),
        State = row.State,
        PipelineRun = row.RunName ?? "",
        TrainingRun = row.TrainingRun,
        Error = row.Error,
        FireTime = row.FiredTicks.ToTimestamp(),
    };

    /// <summary>The name of a version of the trigger's dataset.</summary>
    internal static string VersionOf(Trigger trigger, int version) => string.Create(CultureInfo.InvariantCulture, $"{trigger.Dataset}/versions/{version}");
}
