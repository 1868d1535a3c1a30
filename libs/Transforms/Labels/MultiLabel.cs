using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Labels;

/// <summary>
/// Several class names for each record → a vector with a 1 for each of them. The order of the names is as that of <see cref="Label"/>. A record without
/// names gets zeros.
/// </summary>
internal sealed class MultiLabel : RecordTransform
{
    private const string Refuse = "error";
    private const string Names = "names";

    private static readonly NameListParameter FittedNames = new(Names, Label.MaximumNames, Label.MaximumLength, "");

    public override string Type => "multi-label";

    public override int Version => 1;

    public override string Summary => "Turns lists of class names, or texts of names with a separator, into vectors with a 1 for each name of the record.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["labels"];

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NameListParameter(Names, Label.MaximumNames, Label.MaximumLength,
            "Class names in index order; empty takes the data set's own names, or those seen in training, sorted."),
        new ScalarParameter("separator", 16, "", "What is between two names of a text, such as |; white space around names does not count."),
        new ChoiceParameter("element", ["float32", "uint8"], "float32", "Type of a number of the vector; uint8 takes a quarter of the room, float32 can be put together with others."),
        new ChoiceParameter("unknown", [Refuse, "ignore"], Refuse, "What becomes of a name that is not in the list: the record is refused, or the name is left out."),
    ];

    internal override bool IsTarget(int input) => true;

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        if (step.Takes(0, ColumnKind.TextList, ColumnKind.Text) && step.Inputs[0].Kind == ColumnKind.Text && step.Values.Text("separator").Length == 0)
            step.Refuse(0, "needs a separator");
        var names = Ordered(step);
        var element = step.Values.Choice("element") == "uint8" ? ElementType.UInt8 : ElementType.Float32;
        return [ColumnType.Tensor(element, names is null ? null : [names.Length]) with { ClassNames = names ?? [] }];
    }

    internal override bool HasFit(ParameterValues values) => values.Names(Names).Length == 0;

    internal override IFit NewFit(StepContext step) => new MultiLabelFit(step, ignoresUnknown: step.Values.Choice("unknown") != Refuse);

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to, refuse) = (step.InputSlots[0], step.OutputSlots[0], step.Values.Choice("unknown") == Refuse);
        var separator = step.Values.Text("separator");
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in Ordered(step)!)
            index.Add(name, index.Count);
        var places = index.GetAlternateLookup<ReadOnlySpan<char>>();
        return step.Values.Choice("element") == "uint8"
            ? record => Write<byte>(record, 1)
            : record => Write<float>(record, 1);

        void Write<T>(WorkingRecord record, T one)
            where T : unmanaged
        {
            var vector = record.Tensor<T>(to);
            vector.Clear();
            foreach (var name in new LabelItems(record[from], separator))
            {
                if (places.TryGetValue(name, out var place))
                    vector[place] = one;
                else if (refuse)
                    throw step.Error(record, $"'{SpecViolation.Shorten(name.ToString())}' is not one of the {index.Count} labels");
            }
        }
    }

    /// <summary>Null when only fitting tells.</summary>
    private static string[]? Ordered(StepContext step) => step.Values.Names(Names) is { Length: > 0 } given ? given : step.Fitted is null ? null : Read(step.Fitted);

    private static string[] Read(JsonFields fitted)
    {
        var value = FittedNames.Read(fitted.Required(Names), out var problem);
        return problem is null && value!.AsArray().Count > 0
            ? [.. value.AsArray().Select(name => name!.GetValue<string>())]
            : throw fitted.Wrong(Names, problem ?? "must have a name");
    }
}
