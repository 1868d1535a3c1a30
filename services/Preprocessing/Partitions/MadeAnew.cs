using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Transforms;
using Pipeline = Mesh.Preprocessing.V1.Pipeline;

namespace Mesh.Preprocessing.Partitions;

/// <summary>
/// Why a run over a newer version works on records that did not change: what the <see cref="PartitionKeys"/> of a fit and of
/// shards have in them besides the partition's own records.
/// </summary>
internal static class MadeAnew
{
    /// <param name="draws">Whether the split divides anything.</param>
    public static IEnumerable<string> Of(Pipeline pipeline, bool draws)
    {
        if (RowDependence.Of(PipelineSpecs.ToSpec(pipeline)) is not { } rows)
        {
            yield break;
        }

        if (rows.Sequence is not null)
        {
            yield return $"'{rows.Sequence}' makes rows of records in order: one process makes all of them each time.";
            yield break;
        }

        var split = SplitSpecs.Resolve(pipeline.Split);
        if (draws && split.Strategy is SplitStrategy.Stratified or SplitStrategy.Random)
        {
            yield return $"{SplitSpecs.Word(split.Strategy)} goes by the number of a record{(split.Strategy == SplitStrategy.Random ? "" : " in its class")}: "
                + "one that comes or goes can move later ones to other parts, and their partitions are made anew.";
        }

        if (draws && split.Strategy == SplitStrategy.Time && !FixedBorders.Are(split))
        {
            yield return "TIME by shares sets its borders by all records: more of them move the borders, and partitions between the old and the new ones are made anew. "
                + "With validation_from and test_from they stay.";
        }

        if (rows.Learned.Count > 0)
        {
            yield return $"{string.Join(", ", rows.Learned.Distinct())} {(rows.Learned.Distinct().Skip(1).Any() ? "learn" : "learns")} from the training records: "
                + "whenever that comes out otherwise, all rows are made anew. Only the survey and the first pass of fitting are taken over.";
        }
    }

    /// <summary>For data that says nothing of parts itself.</summary>
    public static IEnumerable<string> Of(Pipeline pipeline) =>
        Of(pipeline, pipeline.Split is { } split && (split.ValidationFraction > 0 || split.TestFraction > 0 || FixedBorders.Are(split)));
}
