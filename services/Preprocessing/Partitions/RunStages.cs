using Google.Protobuf;
using Mesh.Jobs.Groups;
using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Partitions;

/// <summary>The stages of a partitioned run, in a hook of its group: which parts come next, and what of them is known already.</summary>
internal sealed class RunStages(PreprocessingDb db, JobGroup group)
{
    private const string SurveyStage = "survey";
    private const string DealStage = "deal";
    private const string WriteStage = "write shards";

    private readonly BoundPipeline _bound = Bind(group.Row);

    public async Task BeginAsync(CancellationToken cancel)
    {
        var partitions = await PartitionsAsync(cancel);
        var rule = _bound.Rule;
        var surveyed = rule.SurveyColumns.Count == 0 ? [] : partitions;
        var going = await AddPartitionsAsync(
            SurveyStage, "survey", surveyed, p => PartitionKeys.OfSurvey(p.Digest, rule, p.Split), p => new RunPartSpec { Survey = new SurveyPartition { Partition = RangeOf(p) } }, cancel);
        if (!going)
        {
            await AddDealAsync(cancel);
        }
    }

    /// <summary>A part has succeeded.</summary>
    public async Task GoOnAsync(JobRow part, RunPartResult result, CancellationToken cancel)
    {
        var spec = part.ReadSpecification<RunPartSpec>();
        if (result.Partition is not null)
        {
            db.RunResults.Add(new RunResultRow
            {
                RunName = group.Row.Name, Stage = part.PartStage!, Number = spec.Number, Key = spec.Key, Description = result.Partition.ToByteArray(), Reused = false,
            });
            await db.SaveChangesAsync(cancel);
            if (!await group.IsDoneAsync(part.PartStage!, cancel))
            {
                return;
            }
        }

        switch (spec.WorkCase)
        {
            case RunPartSpec.WorkOneofCase.Survey:
                await AddDealAsync(cancel);
                break;
            case RunPartSpec.WorkOneofCase.Deal:
                await AddLearningAsync(result.Deal.Learned, result.Deal, cancel);
                break;
            case RunPartSpec.WorkOneofCase.Fit:
                await AddMergeAsync(part.PartStage!, spec.Fit.State, cancel);
                break;
            case RunPartSpec.WorkOneofCase.Merge:
                await AddLearningAsync(result.Learned, await DealtAsync(db, group.Row.Name, cancel), cancel);
                break;
            case RunPartSpec.WorkOneofCase.Write:
                End();
                break;
        }
    }

    /// <summary>The result of a run whose stages are done.</summary>
    public static async Task<ProcessedDataset> AssembleAsync(PreprocessingDb db, JobRow run, IEnumerable<RunResultRow> results, CancellationToken cancel)
    {
        var spec = run.ReadSpecification<PipelineRunSpec>();
        var bound = Bind(run);
        var dealt = await DealtAsync(db, run.Name, cancel);
        var learned = bound.Pipeline.FitPasses == 0 ? dealt.Learned : (await ResultAsync(db, run.Name, MergeId(bound.Pipeline.FitPasses - 1), cancel)).Learned;
        var dataset = learned.Fitted.Clone();
        (dataset.Key, dataset.DatasetVersion, dataset.Split) = (spec.Key, spec.DatasetVersion.Name, bound.Rule.Spec);
        if (dealt.HasDuplicateRecords)
        {
            dataset.DuplicateRecords = dealt.DuplicateRecords;
        }

        var written = results.Where(r => r.Stage == WriteStage).OrderBy(r => r.Number).SelectMany(r => PartitionResult.Parser.ParseFrom(r.Description).Splits).ToLookup(s => s.Name);
        dataset.Splits.Add(Parts.Kept.Select(part => new ProcessedSplit
        {
            Name = part.Word, RowCount = written[part.Word].Sum(s => s.RowCount), Shards = { written[part.Word].SelectMany(s => s.Shards) },
        }));
        return dataset;
    }

    private async Task AddDealAsync(CancellationToken cancel)
    {
        var partitions = await PartitionsAsync(cancel);
        var facts = await ResultsAsync(SurveyStage, cancel);
        group.Add(new NewPart(DealStage, DealStage, RunPartKind.KindName, new RunPartSpec
        {
            Deal = new DealRecords { RecordCounts = { partitions.Select(p => p.Records) }, Facts = { facts.Select(f => f.Facts) } },
        }));
    }

    /// <summary>The next pass of fitting, or, when all is learned, the shards.</summary>
    private async Task AddLearningAsync(Learned learned, DealResult dealt, CancellationToken cancel)
    {
        var partitions = await PartitionsAsync(cancel);
        var starts = Starts(partitions);
        if (learned.Fitted is { } fitted)
        {
            var writing = await AddPartitionsAsync(
                WriteStage, "write", partitions, p => PartitionKeys.OfShards(p.Digest, dealt.Partitions[p.Number].Digest.Span, learned.Identity),
                p => new RunPartSpec { Write = new WritePartition { Partition = RangeOf(p), Assigned = AssignedTo(p), FittedPipeline = fitted.FittedPipelineSha256 } }, cancel);
            if (!writing)
            {
                End();
            }

            return;
        }

        var (stage, id) = (StageOf("fit", learned.Passes), $"fit-{learned.Passes}");
        var going = await AddPartitionsAsync(
            stage, id, [.. partitions.Where(p => dealt.Partitions[p.Number].TrainingRecords > 0)],
            p => PartitionKeys.OfFit(p.Digest, dealt.Partitions[p.Number].Digest.Span, learned.Identity),
            p => new RunPartSpec { Fit = new FitPartition { Partition = RangeOf(p), Assigned = AssignedTo(p), State = learned.State } }, cancel);
        if (!going)
        {
            await AddMergeAsync(stage, learned.State, cancel);
        }

        AssignedRange AssignedTo(RunPartitionRow p) => new() { Assignment = dealt.Assignment, FirstRecord = starts[p.Number] };
    }

    private async Task AddMergeAsync(string fitStage, string state, CancellationToken cancel)
    {
        var fits = await ResultsAsync(fitStage, cancel);
        var pass = Enumerable.Range(0, _bound.Pipeline.FitPasses).Single(p => StageOf("fit", p) == fitStage);
        group.Add(new NewPart(MergeId(pass), StageOf("merge", pass), RunPartKind.KindName, new RunPartSpec { Merge = new MergeFits { Fits = { fits.Select(f => f.Fit) }, State = state } }));
    }

    private void End() => group.Succeed(new PipelineRunResult());

    /// <summary>Adds a part for each partition whose result nobody left.</summary>
    /// <returns>False when there is none.</returns>
    private async Task<bool> AddPartitionsAsync(
        string stage, string id, IReadOnlyList<RunPartitionRow> partitions, Func<RunPartitionRow, string> keyOf, Func<RunPartitionRow, RunPartSpec> specOf, CancellationToken cancel)
    {
        var keyed = partitions.Select(p => (Partition: p, Key: keyOf(p))).ToList();
        // Held before it is looked: what is found is there as long as this run needs it.
        await ProjectLock.TakeAsync(db, group.Row.Project, cancel);
        var known = await PartitionCache.FindAsync(db, group.Row.Project, keyed.Select(k => k.Key), cancel);
        await BlobClaims.ClaimAsync(db, group.Row.Project, group.Row.Name, known.Values.SelectMany(PartitionCache.BlobsOf), cancel);
        foreach (var (partition, key) in keyed)
        {
            if (known.TryGetValue(key, out var description))
            {
                db.RunResults.Add(new RunResultRow { RunName = group.Row.Name, Stage = stage, Number = partition.Number, Key = key, Description = description, Reused = true });
                continue;
            }

            var spec = specOf(partition);
            (spec.Number, spec.Key) = (partition.Number, key);
            group.Add(new NewPart($"{id}-{partition.Number:D5}", stage, RunPartKind.KindName, spec, partition.Records));
        }

        await db.SaveChangesAsync(cancel);
        return keyed.Exists(k => !known.ContainsKey(k.Key));
    }

    private Task<List<RunPartitionRow>> PartitionsAsync(CancellationToken cancel) =>
        db.RunPartitions.AsNoTracking().Where(p => p.RunName == group.Row.Name).OrderBy(p => p.Number).ToListAsync(cancel);

    /// <summary>In the order of the partitions.</summary>
    private async Task<List<PartitionResult>> ResultsAsync(string stage, CancellationToken cancel) =>
        [.. (await db.RunResults.AsNoTracking().Where(r => r.RunName == group.Row.Name && r.Stage == stage).OrderBy(r => r.Number).ToListAsync(cancel))
            .Select(r => PartitionResult.Parser.ParseFrom(r.Description))];

    /// <summary>Stages are told apart by their names, which people see.</summary>
    private string StageOf(string what, int pass) => _bound.Pipeline.FitPasses == 1 ? what : $"{what} {pass + 1} of {_bound.Pipeline.FitPasses}";

    private static string MergeId(int pass) => $"merge-{pass}";

    private static PartitionRange RangeOf(RunPartitionRow p) => new() { Split = p.Split, Offset = p.Offset, RecordCount = p.Records };

    /// <summary>The number of each partition's first record in the version.</summary>
    private static long[] Starts(IEnumerable<RunPartitionRow> partitions)
    {
        var next = 0L;
        return [.. partitions.Select(p => (next += p.Records) - p.Records)];
    }

    private static BoundPipeline Bind(JobRow run)
    {
        var spec = run.ReadSpecification<PipelineRunSpec>();
        return BoundPipeline.Of(spec.Pipeline, spec.DatasetVersion);
    }

    private static async Task<DealResult> DealtAsync(PreprocessingDb db, string run, CancellationToken cancel) => (await ResultAsync(db, run, DealStage, cancel)).Deal;

    private static async Task<RunPartResult> ResultAsync(PreprocessingDb db, string run, string part, CancellationToken cancel)
    {
        var name = JobRow.PartName(run, part);
        return (await db.Jobs().AsNoTracking().SingleAsync(j => j.Name == name, cancel)).ReadResult<RunPartResult>() ?? throw new InvalidOperationException($"{name} has no result.");
    }
}
