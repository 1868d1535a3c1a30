using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Labels;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Categories;

/// <summary>Value → the text that it is replaced by, each column in place. What is missing stays missing.</summary>
internal sealed class MapValues : RecordTransform
{
    private const string Keep = "keep";
    private const string Drop = "missing";
    private const string Refuse = "error";

    public override string Type => "map-values";

    public override int Version => 1;

    public override string Summary => "Replaces values (text, integers, yes and no) by others: merges classes, corrects spellings.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NameMapParameter("values", Label.MaximumNames, Label.MaximumLength, "What becomes of each value: {cat: pet, dog: pet}."),
        new ChoiceParameter("others", [Keep, Drop, Refuse], Keep, "What becomes of a value that is not named: it stays, is missing, or its record is refused."),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.Text, ColumnKind.Integer, ColumnKind.Boolean);
        var map = Map(step);
        // The classes that the data declares are mapped with it; of integers they are not the values.
        return [.. step.Inputs.Select(input => input.Kind == ColumnKind.Text
            ? ColumnType.Text with { ClassNames = [.. input.ClassNames.Select(map).OfType<string>().Distinct()] }
            : ColumnType.Text)];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to, map, refuse) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray(), Map(step), step.Values.Choice("others") == Refuse);
        return record =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                var value = Label.NameOf(record[from[i]]);
                var mapped = value is null ? null : map(value);
                if (refuse && value is not null && mapped is null)
                    throw step.Error(record, $"'{SpecViolation.Shorten(value)}' of '{step.InputNames[i]}' is none of the values that are named");
                record.Set(to[i], mapped is null ? default : RecordValue.OfText(mapped));
            }
        };
    }

    /// <summary>Null for a value that does not stay.</summary>
    private static Func<string, string?> Map(StepContext step)
    {
        var (map, keep) = (step.Values.Map("values"), step.Values.Choice("others") == Keep);
        return value => map.TryGetValue(value, out var mapped) ? mapped : keep ? value : null;
    }
}
