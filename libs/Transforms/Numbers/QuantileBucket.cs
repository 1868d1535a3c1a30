using System.Text.Json.Nodes;
using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Numbers;

/// <summary>
/// Number → int64 index of its bucket; the buckets hold about the same number of training records each. Their boundaries are quantiles of the training
/// records; a number's bucket is how many boundaries are at most it. Boundaries that are equal are one, and one at the least number is none, so a column
/// of few different numbers has fewer buckets. How exact they are: <see cref="Quantiles"/>.
/// </summary>
internal sealed class QuantileBucket : RecordTransform
{
    private const int MaximumBuckets = 4096;
    private const string Refuse = "error";

    public override string Type => "quantile-bucket";

    public override int Version => 2;

    public override string Summary => "Turns numbers into the indices of buckets that hold about the same number of training records each; among more than 16,384 different numbers boundaries may be approximate.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("buckets", 2, MaximumBuckets, "How many; fewer when many records have the same number."),
        new ChoiceParameter("missing", [Refuse, "bucket"], Refuse, "What becomes of a missing number: the record is refused, or it has a bucket of its own, the last."),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        for (var i = 0; i < step.Inputs.Count; i++)
            NumericColumn.Takes(step, i);
        var own = step.Values.Choice("missing") == Refuse ? 1 : 2;
        return [.. step.Inputs.Select((_, i) =>
            ColumnType.Index(step.Fitted is null ? null : ColumnFits.Read(step)[i].Array("boundaries").Count + own))];
    }

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step)
    {
        var buckets = (int)step.Values.Integer("buckets");
        double[] shares = [0, .. Enumerable.Range(1, buckets - 1).Select(i => i / (double)buckets)];
        return new ColumnFits(step, input => new NumberFit<Quantiles>(step, input, quantiles =>
        {
            var at = quantiles.At(shares);
            return new() { ["boundaries"] = new JsonArray([.. at.Skip(1).Where(value => value > at[0]).Distinct().Select(value => JsonValue.Create(value))]) };
        }));
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (refuse, to) = (step.Values.Choice("missing") == Refuse, step.OutputSlots.ToArray());
        NumericColumn[] columns = [.. step.Inputs.Select((_, i) => new NumericColumn(step, i))];
        double[][] boundaries = [.. ColumnFits.Read(step).Select(fitted =>
        {
            var found = fitted.Numbers("boundaries");
            for (var i = 0; i < found.Length; i++)
            {
                if (i >= MaximumBuckets - 1 || (i > 0 && found[i] <= found[i - 1]))
                    throw fitted.Wrong("boundaries", $"must be ascending, and at most {MaximumBuckets - 1}");
            }

            return found;
        })];
        return record =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                var found = columns[i].TryRead(record, out var number);
                if (!found && refuse)
                    throw step.Missing(record, i);
                record.Tensor<long>(to[i])[0] = found ? BucketOf(boundaries[i], number) : boundaries[i].Length + 1;
            }
        };
    }

    private static long BucketOf(double[] boundaries, double number)
    {
        var place = Array.BinarySearch(boundaries, number);
        return place < 0 ? ~place : place + 1;
    }
}
