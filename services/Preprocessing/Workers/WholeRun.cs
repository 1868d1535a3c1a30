using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Transforms;

namespace Mesh.Preprocessing.Workers;

/// <summary>
/// A run in one process:
/// <list type="number">
/// <item>stream the training records and learn from them (statistics, label names), again for what learns from what was learned;</item>
/// <item>stream all records, transform them on every core, write each part's shards in record order;</item>
/// <item>put shards and fitted pipeline into the blob store, return the result.</item>
/// </list>
/// Records are dealt to their parts the first time they come by; a split that has to know all of them first takes one more
/// pass before these. Memory holds one batch of records at a time. Nothing is visible before the service has accepted the
/// result.
/// </summary>
internal sealed class WholeRun : IDisposable
{
    private readonly RunInput _input;
    private readonly WorkerSession _session;
    private readonly RawRecords _records;
    private readonly Dealing _dealing;
    private Duplicates? _duplicates;
    private bool _compared;

    public WholeRun(RunInput input)
    {
        (_input, _session) = (input, input.Session);
        _records = input.RecordsOf(input.Pipeline.Sources);
        _dealing = new Dealing(input.Rule, input.Folder);
    }

    public async Task<ProcessedDataset> RunAsync(CancellationToken cancel)
    {
        if (_input.Rule.NeedsSurvey)
        {
            await SurveyAsync(cancel);
        }

        var fitted = await FitAsync(cancel);
        _session.ThrowIfYieldRequested();
        using var writer = new PartWriter(_input.Folder, fitted);
        await WriteAsync(fitted, writer, cancel);
        _session.ThrowIfYieldRequested();

        _session.Progress("publish", 0, 0);
        var dataset = await _input.Blobs.StoreAsync(fitted, cancel);
        dataset.Splits.Add(await _input.Blobs.StoreAsync(writer, cancel));
        (dataset.Key, dataset.DatasetVersion, dataset.Split) = (_input.Spec.Key, _input.Version.Name, _input.Rule.Spec);
        if (_duplicates is not null)
        {
            dataset.DuplicateRecords = _duplicates.Count;
        }

        return dataset;
    }

    public void Dispose() => _dealing.Dispose();

    private async Task SurveyAsync(CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("survey records");
        var path = Path.Combine(_input.Folder, "facts");
        await using (var file = File.Create(path))
        {
            await Survey.WriteAsync(_input, [.. _input.Rule.Splits.Select(s => new PartitionRange { Split = s.Name, RecordCount = s.Records })], file, cancel);
        }

        _dealing.Learn(() => FactsFile.Read(path), cancel);
        File.Delete(path);
        await CompareAsync(cancel);
    }

    private async Task<FittedPipeline> FitAsync(CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("fit transforms");
        var pipeline = _input.Pipeline;
        var state = pipeline.Unfitted;
        while (state.Passes < pipeline.FitPasses)
        {
            var pass = new FitPass(pipeline, state, _session.Resources.Cpus);
            var stage = pipeline.FitPasses == 1 ? "fit" : $"fit {state.Passes + 1} of {pipeline.FitPasses}";
            // Splits without training records are not read for this, and neither are columns that nothing is learned from.
            await ForEachAsync(
                stage,
                _input.Rule.Splits.Where(s => _input.Rule.PartOf(s.Name) is null or Part.Train),
                _input.RecordsOf(pipeline.Observed(state)),
                (records, parts) => pass.Observe([.. records.Where((_, i) => parts[i] == Part.Train)]),
                _ => { },
                cancel);
            var fitter = pass.Merge();
            if (fitter.LacksShapes && _dealing.FirstOf(Part.Train) is { } first)
            {
                fitter.SeeShapes(await _input.Records.ReadOneAsync(first.Split, first.Index, _records, cancel));
            }

            state = fitter.Complete();
        }

        return pipeline.Finish(state);
    }

    private async Task WriteAsync(FittedPipeline fitted, PartWriter writer, CancellationToken cancel)
    {
        using var activity = Telemetry.Activities.StartActivity("write shards");
        using var rows = new RowWriting(fitted, writer, _session.Resources.Cpus);
        await ForEachAsync(
            "write shards",
            _input.Rule.Splits,
            _records,
            (records, parts) =>
            {
                rows.Append(records, parts);
                Telemetry.Records.Add(records.Count);
            },
            _ => rows.EndSeries(),
            cancel);
    }

    /// <summary>A pass through splits of the data, in batches of records with their parts.</summary>
    private async Task ForEachAsync(
        string stage, IEnumerable<(string Name, long Records)> splits, RawRecords columns, Action<IReadOnlyList<Transforms.Records.RawRecord>, Part[]> take,
        Action<string> endOfSplit, CancellationToken cancel)
    {
        var facts = new FactReader(_input.Rule, columns.Schema);
        var all = splits.ToList();
        var (done, total) = (0L, all.Sum(s => s.Records));
        foreach (var (split, _) in all)
        {
            var index = 0L;
            await foreach (var batch in ReadAhead.OfAsync(_input.Records.ReadAsync(split, columns, cancel), cancel))
            {
                _session.ThrowIfYieldRequested();
                take(batch, _dealing.Deal(split, index, batch, facts));
                index += batch.Count;
                _session.Progress(stage, done += batch.Count, total);
            }

            endOfSplit(split);
        }

        await CompareAsync(cancel);
    }

    /// <summary>As soon as every record was seen, and once.</summary>
    private async Task CompareAsync(CancellationToken cancel)
    {
        if (_compared || !_dealing.IsComplete)
        {
            return;
        }

        _compared = true;
        _duplicates = _dealing.FindDuplicates(cancel);
        await _input.CheckAsync(_duplicates, cancel);
    }
}
