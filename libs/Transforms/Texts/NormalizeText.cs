using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Texts;

/// <summary>Texts, or lists of them, written in one way, each in place. What is missing stays missing.</summary>
internal sealed class NormalizeText : RecordTransform
{
    public override string Type => "normalize-text";

    public override int Version => 1;

    public override string Summary => "Writes texts in one way: Unicode form, case, accents, white space, control characters, tags.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["text"];

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new ChoiceParameter("unicode", ["nfc", "nfkc", "none"], "nfc",
            "Unicode form: nfc makes equal characters equal, nfkc also full-width letters, ligatures and the like; none leaves them."),
        new BooleanParameter("strip_accents", false, "Whether letters lose their accents: é becomes e."),
        new BooleanParameter("lower_case", false, "Whether capitals become small letters, the same in every language."),
        new BooleanParameter("strip_control", true, "Whether control characters other than white space go."),
        new BooleanParameter("strip_tags", false, "Whether tags and comments of HTML become a space each; what is between them stays, and so do entities."),
        new BooleanParameter("collapse_white_space", true, "Whether runs of white space become one space, and none at either end."),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.Text, ColumnKind.TextList);
        return [.. step.Inputs.Select(input => new ColumnType(input.Kind))];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray());
        var values = step.Values;
        var cleaning = new TextCleaning(
            values.Boolean("strip_tags"), values.Boolean("strip_control"), Form(values.Choice("unicode")),
            values.Boolean("strip_accents"), values.Boolean("lower_case"), values.Boolean("collapse_white_space"));
        return record =>
        {
            for (var i = 0; i < from.Length; i++)
                record.Set(to[i], Clean(cleaning, record[from[i]]));
        };
    }

    private static RecordValue Clean(TextCleaning cleaning, in RecordValue value) => value.Kind switch
    {
        ColumnKind.Text => RecordValue.OfText(cleaning.Of(value.Text)),
        ColumnKind.TextList => RecordValue.OfTexts(Array.ConvertAll(value.Texts.ToArray(), cleaning.Of)),
        _ => default,
    };

    private static UnicodeForm? Form(string word) => word switch
    {
        "nfc" => UnicodeForm.C,
        "nfkc" => UnicodeForm.Kc,
        _ => null,
    };
}
