using Mesh.Transforms.Fitting;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Labels;

/// <summary>Class name → index. The order is the one given, else the one the data set declares, else the ordinal order of what was seen.</summary>
internal sealed class Label : TransformDefinition
{
    public const string TypeName = "label";
    public const int MaximumNames = 65536;
    public const int MaximumLength = 256;

    public override string Type => TypeName;

    public override int Version => 1;

    public override TransformStage Stage => TransformStage.Record;

    public override string Summary => "Turns class names into indices; a record without a name gets −1.";

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NameListParameter("names", MaximumNames, MaximumLength,
            "Class names in index order; empty takes the data set's own names, or those seen in training, sorted."),
    ];

    internal override IFit NewFit(ParameterValues values) => new LabelFit(values.Names("names"));

    internal override Action<WorkingRecord> BindFitted(ParameterValues values, JsonFields fitted)
    {
        var names = Names(fitted);
        var index = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            index.Add(names[i], i);
        return record =>
        {
            if (record.LabelName is not { } name)
                record.Label = FittedPipeline.Unlabelled;
            else if (index.TryGetValue(name, out var label))
                record.Label = label;
            else
                throw new TransformException(TypeName, record.Source.Name, $"'{SpecViolation.Shorten(name)}' is not one of the {index.Count} labels");
        };
    }

    public static string[] Names(JsonFields fitted)
    {
        var names = fitted.Required("names");
        var value = new NameListParameter("names", MaximumNames, MaximumLength, "").Read(names, out var problem);
        if (problem is not null)
            throw fitted.Wrong("names", problem);
        fitted.RefuseOthers();
        return [.. value!.AsArray().Select(name => name!.GetValue<string>())];
    }
}
