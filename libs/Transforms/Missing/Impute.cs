using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Categories;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Numbers;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Missing;

/// <summary>
/// Missing value → the column's mean, median or most frequent value over the training records, or a constant; of equally frequent ones the first by value.
/// NaN and empty texts are missing too. Integers and booleans become numbers where the mean or the median of them need not be one of them; a moment stays a
/// moment, to the microsecond.
/// </summary>
internal sealed class Impute : RecordTransform
{
    private const string Mean = "mean";
    private const string Median = "median";
    private const string MostFrequent = "most-frequent";
    private const string Constant = "constant";
    private const string Fitted = "fill";
    private const int MaximumValues = 65536;

    public override string Type => "impute";

    public override int Version => 2;

    public override string Summary => "Fills in missing values: with the mean, the median or the most frequent value of the training records, or with a constant. Among more than 16,384 different numbers the median may be approximate.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new ChoiceParameter("strategy", [Mean, Median, MostFrequent, Constant], Median, "What is filled in; texts have no mean and no median."),
        new ScalarParameter("constant", CategoryCounts.MaximumLength, "", "With strategy constant, the value for every column, a moment as 2024-05-01 or 2024-05-01T12:00:00Z."),
        new BooleanParameter("indicator", false, "Whether each column gets another one, true where its value was missing; they come after the others."),
    ];

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs, ParameterValues values) =>
        values.Boolean("indicator") ? [.. inputs, .. inputs.Select(name => $"{name}_missing")] : inputs;

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Text("constant").Length > 0 != (values.Choice("strategy") == Constant))
            yield return ("constant", "must be given when strategy is constant, and only then");
    }

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        var strategy = step.Values.Choice("strategy");
        for (var i = 0; i < step.Inputs.Count; i++)
        {
            if (strategy is Mean or Median)
                step.Takes(i, ColumnKind.Number, ColumnKind.Integer, ColumnKind.Boolean, ColumnKind.Timestamp);
            else if (step.Takes(i, ColumnKind.Text, ColumnKind.Number, ColumnKind.Integer, ColumnKind.Boolean, ColumnKind.Timestamp)
                && strategy == Constant && step.Inputs[i].Kind != ColumnKind.Unknown && !ScalarText.TryParse(step.Values.Text("constant"), ResultOf(step, i), out _))
                step.Refuse(i, "must be of a kind that the constant is of");
        }

        var results = step.Inputs.Select((input, i) => input with { Kind = ResultOf(step, i) });
        return step.Values.Boolean("indicator") ? [.. results, .. step.Inputs.Select(_ => new ColumnType(ColumnKind.Boolean))] : [.. results];
    }

    internal override bool HasFit(ParameterValues values) => values.Choice("strategy") != Constant;

    internal override IFit NewFit(StepContext step) => new ColumnFits(step, input => step.Values.Choice("strategy") switch
    {
        Mean => new NumberFit<Moments>(step, input, moments => Fill(step, input, moments.Mean)),
        Median => new NumberFit<Quantiles>(step, input, quantiles => Fill(step, input, quantiles.At(0.5)[0])),
        _ => new CategoryFit(step, input, MaximumValues, "fill in a constant", counts => new() { [Fitted] = counts.MostFrequent(1)[0] }),
    });

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to, indicates) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray(), step.Values.Boolean("indicator"));
        RecordValue[] fills = [.. step.Inputs.Select((_, i) => FillOf(step, i))];
        return record =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                ref readonly var value = ref record[from[i]];
                var missing = ScalarText.IsMissing(value);
                if (indicates)
                    record.Set(to[from.Length + i], RecordValue.OfBoolean(missing));
                if (missing)
                    record.Set(to[i], fills[i]);
                else
                    record.Set(to[i], value.Kind == fills[i].Kind ? value : RecordValue.OfNumber(value.AsNumber));
            }
        };
    }

    /// <summary>What a column holds afterwards: what it did, or numbers when what is filled in need not be of its kind.</summary>
    private static ColumnKind ResultOf(StepContext step, int input) => (step.Inputs[input].Kind, step.Values.Choice("strategy")) switch
    {
        (ColumnKind.Integer or ColumnKind.Boolean, Mean or Median) => ColumnKind.Number,
        (ColumnKind.Integer, Constant) when !ScalarText.TryParse(step.Values.Text("constant"), ColumnKind.Integer, out _) => ColumnKind.Number,
        var (kind, _) => kind,
    };

    private static JsonObject Fill(StepContext step, int input, double number)
    {
        var value = ResultOf(step, input) == ColumnKind.Timestamp ? RecordValue.OfTimestamp(Moment(number)) : RecordValue.OfNumber(number);
        return new() { [Fitted] = ScalarText.Format(value) };
    }

    /// <summary>A float64 of seconds since 1970 is good for a microsecond.</summary>
    private static DateTime Moment(double seconds) => new(
        Math.Clamp(DateTime.UnixEpoch.Ticks + (long)Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    private static RecordValue FillOf(StepContext step, int input)
    {
        if (step.Values.Choice("strategy") == Constant)
            return ScalarText.TryParse(step.Values.Text("constant"), ResultOf(step, input), out var given) ? given : throw new InvalidOperationException("The constant was not checked.");
        var fitted = ColumnFits.Read(step)[input];
        return ScalarText.TryParseExact(fitted.Text(Fitted), ResultOf(step, input), out var learned)
            ? learned
            : throw fitted.Wrong(Fitted, $"must be a value of kind {ResultOf(step, input).Word} in its one form");
    }
}
