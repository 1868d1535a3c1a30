using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;

namespace Mesh.Transforms;

/// <summary>What the passes over the training records have taught a pipeline so far. Immutable.</summary>
public sealed class FittedState
{
    private readonly IReadOnlyDictionary<int, JsonElement> steps;
    private readonly IReadOnlyDictionary<string, int[]> shapes;

    internal FittedState(int passes, IReadOnlyDictionary<int, JsonElement> steps, IReadOnlyDictionary<string, int[]> shapes) =>
        (Passes, this.steps, this.shapes) = (passes, steps, shapes);

    /// <summary>Passes that are done.</summary>
    public int Passes { get; }

    internal static FittedState Nothing { get; } = new(0, new Dictionary<int, JsonElement>(), new Dictionary<string, int[]>());

    /// <summary>What a step came to; null before it was fitted.</summary>
    /// <param name="step">Its place in the spec.</param>
    internal JsonElement? Of(int step) => steps.TryGetValue(step, out var fitted) ? fitted : null;

    /// <summary>[channels, height, width] of an image in the result; null before one was seen.</summary>
    internal int[]? ShapeOf(string output) => shapes.GetValueOrDefault(output);

    internal FittedState With(IEnumerable<KeyValuePair<int, JsonElement>> moreSteps, IEnumerable<KeyValuePair<string, int[]>> moreShapes) =>
        new(Passes + 1, new Dictionary<int, JsonElement>(steps.Concat(moreSteps)), new Dictionary<string, int[]>(shapes.Concat(moreShapes)));

    /// <summary>What some of the steps and results came to, for a pipeline of these alone.</summary>
    internal FittedState Select(int passes, IReadOnlyList<int> keptSteps, IReadOnlyList<string> outputs) => new(
        passes,
        Enumerable.Range(0, keptSteps.Count).Where(i => steps.ContainsKey(keptSteps[i])).ToDictionary(i => i, i => steps[keptSteps[i]]),
        shapes.Where(shape => outputs.Contains(shape.Key)).ToDictionary());

    /// <summary>Canonical JSON, for another process that goes on with the next pass: <see cref="Pipeline.ParseState"/>.</summary>
    public byte[] ToJson() => CanonicalJson.Write(new JsonObject
    {
        ["format_version"] = FittedPipeline.FormatVersion,
        ["passes"] = Passes,
        ["shapes"] = new JsonObject(shapes.Select(shape => KeyValuePair.Create(shape.Key, (JsonNode?)Shape(shape.Value)))),
        ["steps"] = new JsonObject(steps.Select(step => KeyValuePair.Create($"{step.Key}", JsonNode.Parse(step.Value.GetRawText())))),
    });

    /// <exception cref="PipelineSpecException">It is damaged.</exception>
    internal static FittedState Parse(ReadOnlySpan<byte> json, int maximumBytes)
    {
        var fields = new JsonFields(json, maximumBytes, "");
        fields.Integer("format_version", FittedPipeline.FormatVersion, FittedPipeline.FormatVersion);
        var passes = (int)fields.Integer("passes", 0, PipelineSpec.MaximumTransforms + 1);
        var steps = new Dictionary<int, JsonElement>();
        foreach (var (name, value) in fields.Object("steps"))
        {
            if (!int.TryParse(name, out var step) || step is < 0 or >= PipelineSpec.MaximumTransforms || !steps.TryAdd(step, value))
                throw fields.Wrong("steps", "must be named by their places in the spec");
        }

        var shapes = fields.Object("shapes");
        fields.RefuseOthers();
        return new(passes, steps, shapes.ToDictionary(shape => shape.Name, shape => ReadShape(shape.Value, "shapes")));
    }

    /// <exception cref="PipelineSpecException">It is not [1 or 3, height, width].</exception>
    internal static int[] ReadShape(JsonElement given, string path)
    {
        var sides = new List<int>();
        foreach (var side in given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().Take(4).ToArray() : [])
            sides.Add(side.ValueKind == JsonValueKind.Number && side.TryGetInt32(out var number) ? number : 0);
        return sides is [1 or 3, >= 1 and <= DecodeImage.MaximumSide, >= 1 and <= DecodeImage.MaximumSide]
            ? [.. sides]
            : throw new PipelineSpecException(path, "must be [channels, height, width]");
    }

    internal static JsonArray Shape(IEnumerable<int> shape) => new([.. shape.Select(side => JsonValue.Create(side))]);
}
