using Mesh.Ingest.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>
/// A pipeline on a sample: divides, fits and applies as a run does, but goes on where a run would fail, to find everything
/// that is wrong.
/// </summary>
internal sealed class DryRun
{
    private const int ShownRows = 10;

    private readonly DatasetVersion _version;
    private readonly V1.Pipeline _spec;
    private readonly string _folder;
    private readonly Pipeline _pipeline;
    private readonly SplitRule _whole;
    private readonly ProblemList _problems = new();

    /// <param name="folder">For temporary files; removed by the caller.</param>
    public DryRun(V1.Pipeline pipeline, DatasetVersion version, string folder)
    {
        (_spec, _version, _folder) = (pipeline, version, folder);
        (_pipeline, _whole) = BoundPipeline.Of(pipeline, version);
    }

    /// <summary>What the records need to have.</summary>
    public IEnumerable<RecordColumn> Columns => _pipeline.Sources.Concat(_whole.Column is null ? [] : [_whole.Column]).DistinctBy(c => c.Name);

    /// <summary>Whether rows need records that follow each other in the data.</summary>
    public bool NeedsNeighbours => _pipeline.SpansRecords;

    public DryRunPipelineResponse Try(Sample sample, CancellationToken cancel)
    {
        RawRecord[] records = [.. sample.Splits.SelectMany(s => s.Records)];
        var parts = Divide(sample, cancel);
        var response = new DryRunPipelineResponse { RecordsRead = records.Length };
        foreach (var part in Parts.Kept)
        {
            response.PartCounts[part.Word] = parts.Count(p => p == part);
        }

        // Those that belong nowhere are tried all the same: there may be more wrong with them.
        if (Fit([.. records.Where((_, i) => (parts[i] ?? Part.Train) == Part.Train)], cancel) is { } fitted)
        {
            response.Labels.Add(fitted.Labels);
            response.OutputColumns.Add(OutputColumns.Of(fitted));
            Apply(fitted, sample, parts, response, cancel);
        }

        response.Problems.Add(_problems.All);
        return response;
    }

    /// <summary>
    /// The part of each record; null where the record does not say it, which is a problem. Shares are those of the sample: what is drawn here need not
    /// be what a run draws.
    /// </summary>
    private Part?[] Divide(Sample sample, CancellationToken cancel)
    {
        var schema = sample.Splits.SelectMany(s => s.Records).Select(r => r.Schema).FirstOrDefault() ?? new RecordSchema();
        var reader = new FactReader(RuleOf(sample), schema);
        RecordFacts?[] facts = [.. sample.Splits.SelectMany(s => s.Records.Select(record => FactsOf(record, s.Split, reader)))];
        var next = 0;
        var known = new Sample([.. sample.Splits.Select(s => (s.Split, (IReadOnlyList<RawRecord>)[.. s.Records.Where(_ => facts[next++] is not null)]))]);
        var rule = RuleOf(known);
        using var dealing = new Dealing(rule, _folder);
        dealing.Learn(() => facts.OfType<RecordFacts>(), cancel);
        if (dealing.FindDuplicates(cancel) is { Apart: > 0 and var apart } && rule.Spec.Duplicates == DuplicatePolicy.Fail)
        {
            _problems.Add(new DryRunProblem
            {
                Field = "split.duplicates", Description = "Equal records are in different parts; choose TOGETHER, DROP or ALLOW, or divide them otherwise.", RecordCount = apart,
            });
        }

        var dealt = new Queue<Part>(known.Splits.SelectMany(s => dealing.Deal(s.Split, 0, s.Records, reader)));
        return [.. facts.Select(fact => fact is null ? (Part?)null : dealt.Dequeue())];
    }

    /// <summary>For as many records as the sample has.</summary>
    private SplitRule RuleOf(Sample sample)
    {
        var drawn = _version.Clone();
        drawn.Splits.Clear();
        drawn.Splits.Add(sample.Splits.Select(s => new Ingest.V1.Split { Name = s.Split, RecordCount = s.Records.Count }));
        return new SplitRule(_spec.Split, drawn, _pipeline.Features);
    }

    private RecordFacts? FactsOf(in RawRecord record, string split, FactReader reader)
    {
        try
        {
            return reader.Of(record, _whole.PartOf(split) is null);
        }
        catch (SplitValueException e)
        {
            _problems.Add(new DryRunProblem { Field = "split.column", Description = e.Problem, Record = e.Record });
            return null;
        }
    }

    private FittedPipeline? Fit(RawRecord[] training, CancellationToken cancel)
    {
        var state = _pipeline.Unfitted;
        var observed = 0L;
        try
        {
            while (state.Passes < _pipeline.FitPasses)
            {
                var fitter = _pipeline.NewFitter(state);
                foreach (var record in training)
                {
                    cancel.ThrowIfCancellationRequested();
                    Guard(() => fitter.Observe(record));
                }

                observed = fitter.Records;
                state = fitter.Complete();
            }

            return _pipeline.Finish(state);
        }
        catch (TransformException e)
        {
            // With every record refused, that there are none is no news.
            if (observed > 0 || _problems.All.Count == 0)
            {
                _problems.Add(e);
            }

            return null;
        }
        catch (PipelineSpecException e)
        {
            foreach (var violation in e.Violations)
            {
                _problems.Add(new DryRunProblem { Field = violation.Field, Description = violation.Description });
            }

            return null;
        }
    }

    private void Apply(FittedPipeline fitted, Sample sample, Part?[] parts, DryRunPipelineResponse response, CancellationToken cancel)
    {
        var texts = new RowText(fitted);
        using var one = RowBatch.Rent(fitted.Columns, 1);
        var next = 0;
        foreach (var (_, records) in sample.Splits)
        {
            var sequence = fitted.IsSequence ? fitted.NewSequence() : null;
            foreach (var record in records)
            {
                cancel.ThrowIfCancellationRequested();
                var part = parts[next++];
                if (part == Part.Dropped)
                {
                    continue;
                }

                if (sequence is null)
                {
                    if (Guard(() => fitted.ApplyRecord(record, one[0])))
                    {
                        Show(record, part, one);
                    }
                }
                else if (!Guard(() => sequence.Push(record, (int)(part ?? Part.Train), row => Show(record, part, row))))
                {
                    // A sequence is of no use once it has refused a record.
                    sequence.Dispose();
                    sequence = fitted.NewSequence();
                }
            }

            if (records.Count > 0)
            {
                Guard(() => sequence?.Flush(row => Show(records[^1], parts[next - 1], row)));
            }

            sequence?.Dispose();
        }

        void Show(RawRecord record, Part? part, RowBatch row)
        {
            if (part is { } known && response.Rows.Count < ShownRows)
            {
                response.Rows.Add(new DryRunRow { Record = record.Name, Part = known.Word, Values = { texts.Of(row) } });
            }
        }
    }

    private bool Guard(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (TransformException e)
        {
            _problems.Add(e);
            return false;
        }
    }
}
