using System.Globalization;
using Mesh.Shards;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Labels;

/// <summary>
/// Class name → index. The order is the one given, else the one the data declares for the column, else that of the names seen: integers by value,
/// the rest ordinal.
/// </summary>
internal sealed class Label : RecordTransform
{
    public const int MaximumNames = 65536;
    public const int MaximumLength = 256;

    /// <summary>The index of a record without a name.</summary>
    public const long Unlabelled = -1;

    /// <summary>The class names, for every transform that has some.</summary>
    public static NameListParameter NamesParameter { get; } = new("names", MaximumNames, MaximumLength,
        "Class names in index order; empty takes the data set's own names, or those seen in training, sorted.");

    public override string Type => "label";

    public override int Version => 1;

    public override string Summary => "Turns class names (text, integers or yes and no) into indices; a record without a name gets −1.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["label"];

    public override IReadOnlyList<Parameter> Parameters { get; } = [NamesParameter];

    internal override bool IsTarget(int input) => true;

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Text, ColumnKind.Integer, ColumnKind.Boolean);
        return [ColumnType.Tensor(ElementType.Int64, []) with { ClassNames = step.Fitted is null ? [] : FittedNames(step.Fitted) }];
    }

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step) => new LabelFit(step);

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots[0], step.OutputSlots[0]);
        var index = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in FittedNames(step.Fitted!))
            index.Add(name, index.Count);
        return record =>
        {
            var name = NameOf(record[from]);
            if (name is null)
                record.Tensor<long>(to)[0] = Unlabelled;
            else if (index.TryGetValue(name, out var label))
                record.Tensor<long>(to)[0] = label;
            else
                throw step.Error(record, $"'{Specs.SpecViolation.Shorten(name)}' is not one of the {index.Count} labels");
        };
    }

    /// <summary>Null when the record has none.</summary>
    public static string? NameOf(in RecordValue value) => value.Kind switch
    {
        ColumnKind.Text when value.Text.Length > 0 => value.Text,
        ColumnKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        ColumnKind.Boolean => value.Boolean ? "true" : "false",
        _ => null,
    };

    /// <summary>What a <see cref="LabelFit"/> came to.</summary>
    public static string[] FittedNames(JsonFields fitted)
    {
        var value = NamesParameter.Read(fitted.Required("names"), out var problem);
        return problem is null ? [.. value!.AsArray().Select(name => name!.GetValue<string>())] : throw fitted.Wrong("names", problem);
    }
}
