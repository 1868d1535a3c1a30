using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Series;

/// <summary>
/// Consecutive records of a time series → rows: the features of <c>length</c> records, float32 [length, features], and the targets of the <c>horizon</c>
/// records after them, float32 [horizon], or [horizon, targets] when there are several. A row is made when its last record comes. Where the target is
/// not asked for, as in serving, a row needs no records after its window: the last <c>length</c> records give one.
/// </summary>
internal sealed class Window : SequenceTransform
{
    private const int MaximumLength = 65536;
    private const double MaximumGap = 1e18;

    public override string Type => "window";

    public override int Version => 1;

    public override string Summary =>
        "Cuts a time series into windows of consecutive records with what comes after them; the inputs are all columns that the parameters name.";

    public override bool SpansRecords => true;

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    internal override bool NamesInputs => true;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("length", 1, MaximumLength, "Records of a window."),
        new IntegerParameter("horizon", 1, MaximumLength, "Records after a window whose targets are to be predicted.", 1),
        new IntegerParameter("stride", 1, 1 << 30, "Records from the start of a window to the start of the next.", 1),
        new NameListParameter("targets", PipelineSpec.MaximumColumns, PipelineSpec.MaximumName, "Which inputs are to be predicted; at least one."),
        new NameListParameter("features", PipelineSpec.MaximumColumns, PipelineSpec.MaximumName,
            "Which inputs are in the window; empty for all but time and group, the targets' own past included."),
        new NameParameter("time", "Input by which records have to ascend, within their group; empty takes them as they come."),
        new NameParameter("group", "Input whose values tell series apart; no window has records of two. Empty for one series."),
        new NumberParameter("max_gap", 0, MaximumGap,
            "Most time between neighbours in a window, in seconds, or in the unit of a time that is a number; a longer gap starts a new series. 0 for any.", 0),
        new ChoiceParameter("missing", ["refuse", "skip"], "refuse", "When a feature or target is missing: refuse the record, or make no window that it would be in."),
    ];

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs) => ["window", "target"];

    internal override (string Time, string Group) Series(ParameterValues values) => (values.Text("time"), values.Text("group"));

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        var (time, group) = (values.Text("time"), values.Text("group"));
        if (values.Names("targets").Length == 0)
            yield return ("targets", "must name at least one input");
        if (time.Length > 0 && time == group)
            yield return ("group", "must be another input than time");
        if (values.Number("max_gap") > 0 && time.Length == 0)
            yield return ("max_gap", "has no meaning without time");
    }

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        var roles = WindowRoles.Of(step);
        var (features, targets) = (roles.Features.Length, roles.Targets.Length);
        var (length, horizon) = ((int)step.Values.Integer("length"), (int)step.Values.Integer("horizon"));
        if ((length + (long)horizon) * ((long?)features + targets) * sizeof(float) > WindowSequence.MaximumBytes)
            step.Problems.Add((0, $"and the others make windows that take more than {WindowSequence.MaximumBytes >> 20} MiB"));
        return
        [
            ColumnType.Tensor(ElementType.Float32, features is null ? null : [length, features.Value]),
            ColumnType.Tensor(ElementType.Float32, targets is null ? null : targets == 1 ? [horizon] : [horizon, targets.Value]),
        ];
    }

    internal override Func<ISequence> Bind(StepContext step)
    {
        var roles = WindowRoles.Of(step);
        return () => new WindowSequence(step, roles);
    }
}
