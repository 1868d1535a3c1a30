using Mesh.Ingest.V1;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Specs;
using Mesh.Transforms.Series;

namespace Mesh.Preprocessing.Pipelines;

/// <summary>Whether a pipeline can do anything with a dataset version, as far as the types of columns say it.</summary>
internal static class PipelineFit
{
    private const string LabelTransform = "label";

    /// <summary>Everything that is wrong with a pipeline, in itself and for this data; by its fields, of which each is named for one reason.</summary>
    public static IReadOnlyList<SpecViolation> AllProblems(V1.Pipeline pipeline, DatasetVersion version)
    {
        const string prefix = "pipeline.";
        var violations = new Violations();
        PipelineSpecs.Check(pipeline, violations);
        var problems = PipelineSpecs.IsReadable(pipeline, new Violations()) ? Problems(pipeline, version) : [];
        var fields = problems.Select(p => p.Field).ToHashSet();
        return [.. violations.All.Select(v => new SpecViolation(v.Field[prefix.Length..], v.Description)).Where(v => !fields.Contains(v.Field)), .. problems];
    }

    /// <summary>Everything that is wrong with a pipeline, valid in itself, for this data; by its fields.</summary>
    public static IReadOnlyList<SpecViolation> Problems(V1.Pipeline pipeline, DatasetVersion version)
    {
        var schema = DataSchema.Of(version);
        var problems = Transforms.Pipeline.Validate(PipelineSpecs.ToSpec(pipeline), schema).ToList();
        if (SplitSpecs.Check(pipeline.Split, schema) is { } split)
        {
            problems.Add(split);
        }
        else if (pipeline.Split is { Strategy: SplitStrategy.Time, Column.Length: > 0 } time)
        {
            problems.AddRange(FixedBorders.Problems(time, schema.Columns[schema.IndexOf(time.Column)].Kind, [.. version.Splits.Select(s => s.Name)]));
        }

        if (SeriesColumns.Of(PipelineSpecs.ToSpec(pipeline), schema) is { } series)
        {
            problems.AddRange(SeriesSplit.Problems(new SplitRule(pipeline.Split, version, []), series, DataSchema.LabelOf(version)));
        }

        var labelled = version.LabelNames.Count > 0 || version.Splits.Any(s => s.ClassHistogram.Count > 0);
        for (var i = 0; i < pipeline.Transforms.Count && !labelled; i++)
        {
            var step = pipeline.Transforms[i];
            if (step.Type == LabelTransform && step.Inputs.DefaultIfEmpty(LabelTransform).Contains(DataSchema.LabelOf(version)))
            {
                problems.Add(new SpecViolation($"transforms[{i}]", "has no labels to read: none of the records has one"));
            }
        }

        return problems;
    }
}
