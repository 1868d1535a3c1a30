using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Specs.Reading;

namespace Mesh.Specs;

/// <summary>
/// A pipeline in a file:
/// <code>
/// transforms:
///   - type: decode-image
///   - {type: resize, parameters: {width: 28, height: 28}}
///   - {type: label, inputs: [species], outputs: [label], name: species-index}
/// outputs: [image, label]
/// split: {validation_fraction: 0.1}
/// </code>
/// Transforms and outputs are read here. What else there is (the split, a display name) belongs to others, who read it from <see cref="Rest"/>.
/// </summary>
public sealed class PipelineFile
{
    /// <summary>Largest file that is read.</summary>
    public const int MaximumBytes = 1 << 20;

    private readonly LinedJson json;

    private PipelineFile(LinedJson json, PipelineSpec spec, JsonObject rest) => (this.json, Spec, Rest) = (json, spec, rest);

    /// <summary>Transforms and outputs as written, not yet checked against the catalogue.</summary>
    public PipelineSpec Spec { get; }

    /// <summary>The other fields of the file.</summary>
    public JsonObject Rest { get; }

    /// <summary>Reads UTF-8 text.</summary>
    /// <exception cref="PipelineSpecException">It is not of the format or not a pipeline; every violation has its line.</exception>
    public static PipelineFile Parse(ReadOnlySpan<byte> text, PipelineFileFormat format)
    {
        if (text.Length > MaximumBytes)
            throw new PipelineSpecException("$", $"has {text.Length} bytes; at most {MaximumBytes} are read");
        // A mark of the byte order, which some editors write.
        text = text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? text[3..] : text;
        var json = format == PipelineFileFormat.Json ? JsonText.Read(text) : YamlText.Read(text);
        var violations = new List<SpecViolation>();
        var transforms = Transforms(json.Root, violations);
        var outputs = Names(json.Root, "", "outputs", violations);
        if (violations.Count > 0)
            throw new PipelineSpecException([.. violations.Select(violation => violation with { Line = json.LineOf(violation.Field) })]);

        var rest = new JsonObject();
        foreach (var (name, value) in json.Root.Where(field => field.Key is not ("transforms" or "outputs")))
            rest[name] = value?.DeepClone();
        return new(json, new(transforms, outputs), rest);
    }

    /// <summary>Line of a field such as <c>transforms[2].parameters.width</c>, or of what encloses it when it is not there; from 1.</summary>
    public int LineOf(string field) => json.LineOf(field);

    private static List<TransformSpec> Transforms(JsonObject root, List<SpecViolation> violations)
    {
        var transforms = new List<TransformSpec>();
        if (root["transforms"] is not JsonArray list)
        {
            violations.Add(new("transforms", root.ContainsKey("transforms") ? "must be a list of steps" : "is required: a list of steps"));
            return transforms;
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is JsonObject step)
                transforms.Add(Step(step, $"transforms[{i}]", violations));
            else
                violations.Add(new($"transforms[{i}]", "must be an object with a type"));
        }

        return transforms;
    }

    private static TransformSpec Step(JsonObject step, string path, List<SpecViolation> violations)
    {
        foreach (var (name, _) in step.Where(field => field.Key is not ("type" or "name" or "inputs" or "outputs" or "parameters")))
            violations.Add(new($"{path}.{SpecViolation.Shorten(name)}", "is not known here; known: type, name, inputs, outputs, parameters"));
        if (step["parameters"] is not (null or JsonObject))
            violations.Add(new($"{path}.parameters", "must be an object"));
        if (step["type"] is null)
            violations.Add(new($"{path}.type", "is required: the type of a transform"));
        return new(Text(step, path, "type", violations), step["parameters"] is JsonObject given ? JsonSerializer.SerializeToElement(given) : default)
        {
            Name = Text(step, path, "name", violations),
            Inputs = Names(step, $"{path}.", "inputs", violations),
            Outputs = Names(step, $"{path}.", "outputs", violations),
        };
    }

    private static string Text(JsonObject fields, string path, string name, List<SpecViolation> violations)
    {
        if (fields[name] is null)
            return "";
        if (fields[name]!.GetValueKind() == JsonValueKind.String)
            return fields[name]!.GetValue<string>();
        violations.Add(new($"{path}.{name}", "must be text"));
        return "";
    }

    private static List<string> Names(JsonObject fields, string path, string name, List<SpecViolation> violations)
    {
        var names = new List<string>();
        if (fields[name] is null)
            return names;
        if (fields[name] is not JsonArray list)
        {
            violations.Add(new(path + name, "must be a list of columns"));
            return names;
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (list[i]?.GetValueKind() == JsonValueKind.String)
                names.Add(list[i]!.GetValue<string>());
            else
                violations.Add(new($"{path}{name}[{i}]", "must be the name of a column"));
        }

        return names;
    }
}
