using Mesh.Specs;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Graph;

/// <summary>A step on its way from the spec into a graph; whatever is wrong with it is collected.</summary>
internal sealed class Draft
{
    public required int Index { get; init; }

    public required TransformSpec Spec { get; init; }

    /// <summary>Null when there is no such transform.</summary>
    public TransformDefinition? Definition { get; private set; }

    /// <summary>Null when something is wrong with them.</summary>
    public ParameterValues? Values { get; private set; }

    public string[] Inputs { get; private set; } = [];

    public string[] Outputs { get; private set; } = [];

    /// <summary>Where each input comes from; steps are places in the spec.</summary>
    public Port[] Ports { get; set; } = [];

    public List<SpecViolation> Problems { get; } = [];

    /// <summary>"resize (transforms[2])".</summary>
    public string Described => $"{SpecViolation.Shorten(Spec.Type)} ({Path})";

    public string Path => $"transforms[{Index}]";

    public void Refuse(string field, string problem) => Problems.Add(new($"{Path}{field}", problem));

    public static Draft Read(TransformSpec spec, int index, TransformCatalog catalog)
    {
        var draft = new Draft { Index = index, Spec = spec };
        if (spec.Name.Length > PipelineSpec.MaximumName || spec.Name.Any(char.IsControl))
            draft.Refuse(".name", $"has at most {PipelineSpec.MaximumName} characters and none that control a terminal");
        if (catalog.Find(spec.Type) is { } definition)
            draft.Describe(definition);
        else
            draft.Unknown(catalog);
        return draft;
    }

    private void Unknown(TransformCatalog catalog)
    {
        var near = NearestNames.Of(Spec.Type, catalog.All.Select(known => known.Type));
        Refuse(".type", $"'{SpecViolation.Shorten(Spec.Type)}' is not a transform; "
            + (near.Length > 0 ? $"did you mean {near}?" : $"known: {string.Join(", ", catalog.All.Select(known => known.Type))}"));
        // What it would write exists for the others, so that one mistake is not reported many times.
        (Inputs, Outputs) = (Names(Spec.Inputs, "inputs"), Names(Spec.Outputs, "outputs"));
    }

    private void Describe(TransformDefinition definition)
    {
        Definition = definition;
        Values = ParameterValues.Read(definition, Spec.Parameters, $"{Path}.parameters", Problems);
        Inputs = Names(Spec.Inputs.Count > 0 ? Spec.Inputs : definition.DefaultInputs, "inputs");
        var (least, most) = (definition.MinimumInputs, definition.MaximumInputs);
        if (Inputs.Length < least || Inputs.Length > most)
            Refuse(".inputs", $"has {Inputs.Length} columns; {definition.Type} reads {(least == most ? $"{least}" : $"{least} to {most}")}");

        var usual = Inputs.Length == 0 ? [] : Values is null ? definition.DefaultOutputs(Inputs) : definition.DefaultOutputs(Inputs, Values);
        Outputs = Names(Spec.Outputs.Count > 0 ? Spec.Outputs : usual, "outputs");
        if (Spec.Outputs.Count > 0 && Inputs.Length > 0 && Values is not null && Spec.Outputs.Count != usual.Count)
            Refuse(".outputs", $"has {Spec.Outputs.Count} columns; {definition.Type} writes {usual.Count}");
        if (definition.Stage != TransformStage.Record && !Outputs.SequenceEqual(Inputs))
            Refuse(".outputs", $"must be the inputs: {definition.Type} works in place");
    }

    private string[] Names(IReadOnlyList<string> given, string field)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (given.Count > PipelineSpec.MaximumColumns)
            Refuse($".{field}", $"has {given.Count} columns; at most {PipelineSpec.MaximumColumns} are allowed");
        for (var i = 0; i < given.Count && i < PipelineSpec.MaximumColumns; i++)
        {
            if (given[i].Length is 0 or > PipelineSpec.MaximumName || given[i].Any(char.IsControl))
                Refuse($".{field}[{i}]", $"is not a name of 1 to {PipelineSpec.MaximumName} characters");
            else if (!names.Add(given[i]))
                Refuse($".{field}[{i}]", $"'{SpecViolation.Shorten(given[i])}' is there twice");
        }

        return [.. names];
    }
}
