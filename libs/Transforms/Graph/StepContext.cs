using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Graph;

/// <summary>One step of one pipeline as its transform sees it: parameters, columns, what was learned.</summary>
internal sealed record StepContext
{
    /// <summary>Of the spec, or the type; for errors.</summary>
    public required string Name { get; init; }

    public required ParameterValues Values { get; init; }

    /// <summary>Names of the columns it reads.</summary>
    public required IReadOnlyList<string> InputNames { get; init; }

    /// <summary>Names of the columns it writes.</summary>
    public required IReadOnlyList<string> OutputNames { get; init; }

    /// <summary>
    /// What it reads. Unknown where nobody has said what the data is: then nothing is wrong with it. Shapes are missing where only fitting tells them.
    /// </summary>
    public required IReadOnlyList<ColumnType> Inputs { get; init; }

    /// <summary>What its fit came to; null before, and for what has no fit.</summary>
    public JsonFields? Fitted { get; init; }

    /// <summary>Where a working record holds its inputs; empty until steps are bound.</summary>
    public IReadOnlyList<int> InputSlots { get; init; } = [];

    /// <summary>Where a working record holds its outputs; empty until steps are bound.</summary>
    public IReadOnlyList<int> OutputSlots { get; init; } = [];

    /// <summary>Which of its outputs somebody reads or stores; empty until steps are bound.</summary>
    public IReadOnlyList<bool> OutputsWanted { get; init; } = [];

    /// <summary>What is wrong with inputs, by their place.</summary>
    public List<(int Input, string Problem)> Problems { get; } = [];

    /// <summary>Whether an input is of one of these kinds, or of none that is known; says so in <see cref="Problems"/> when it is another.</summary>
    public bool Takes(int input, params ReadOnlySpan<ColumnKind> kinds)
    {
        var found = Inputs[input];
        if (found.Kind == ColumnKind.Unknown || kinds.Contains(found.Kind))
            return true;
        var hint = kinds is [ColumnKind.Pixels] && found.Kind == ColumnKind.Image ? ", as decode-image makes it" : "";
        Refuse(input, $"must be {string.Join(" or ", kinds.ToArray().Select(kind => kind.Word))}{hint}");
        return false;
    }

    /// <summary>Whether every input is of one of these kinds.</summary>
    public bool TakesAll(params ReadOnlySpan<ColumnKind> kinds)
    {
        var all = true;
        for (var i = 0; i < Inputs.Count; i++)
            all &= Takes(i, kinds);
        return all;
    }

    /// <summary>What a step makes of an image that it changes: pixels, and as many frames.</summary>
    public ColumnType PixelsLike(int input) => ColumnType.Pixels with { Frames = Inputs[input].Frames };

    /// <param name="input">Which.</param>
    /// <param name="rule">What it has to be: "must be a float32 vector".</param>
    public void Refuse(int input, string rule) => Problems.Add((input, $"'{InputNames[input]}' is {Inputs[input]}; it {rule}"));

    /// <summary>A record that the step cannot use.</summary>
    public TransformException Error(WorkingRecord record, string reason, Exception? inner = null) => new(Name, record.Name, reason, inner);

    /// <summary>A value that is missing where the step needs one.</summary>
    public TransformException Missing(WorkingRecord record, int input) => Error(record, $"'{InputNames[input]}' is missing");
}
