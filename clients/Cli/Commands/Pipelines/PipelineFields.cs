using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Mesh.Preprocessing.V1;
using Mesh.Specs;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>What a pipeline file says besides its steps: fields of the contract, one at a time, so that what is wrong has a line.</summary>
internal static class PipelineFields
{
    private const string Split = "split";

    private static readonly FieldDescriptor[] Known =
        [.. new[] { "display_name", Split, "partition_records" }.Select(name => Pipeline.Descriptor.FindFieldByName(name))];

    /// <summary>Adds the fields to a pipeline.</summary>
    /// <returns>Everything that is wrong.</returns>
    public static IReadOnlyList<SpecViolation> Read(JsonObject fields, Pipeline pipeline)
    {
        var violations = new List<SpecViolation>();
        foreach (var (name, value) in fields)
        {
            if (Find(Known, name) is null)
            {
                violations.Add(new(name, $"is not known here; known: transforms, outputs, {string.Join(", ", Known.Select(field => field.Name))}"));
            }
            else if (name == Split && value is JsonObject split)
            {
                pipeline.Split = new SplitSpec();
                foreach (var (part, setting) in split)
                {
                    if (Problem(part, setting, pipeline) is { } problem)
                    {
                        violations.Add(new($"{Split}.{part}", problem));
                    }
                }
            }
            else if (Merge(pipeline, new JsonObject { [name] = value?.DeepClone() }) is { } problem)
            {
                violations.Add(new(name, problem));
            }
        }

        return violations;
    }

    /// <summary>Adds a field of the split.</summary>
    private static string? Problem(string name, JsonNode? value, Pipeline pipeline)
    {
        var known = SplitSpec.Descriptor.Fields.InDeclarationOrder();
        if (Find(known, name) is not { } field)
        {
            return $"is not known here; known: {string.Join(", ", known.Select(f => f.Name))}";
        }

        if (field.FieldType == FieldType.Enum)
        {
            var words = Words(field.EnumType);
            if (value is not JsonValue text || !text.TryGetValue<string>(out var word) || !(words.TryGetValue(word, out var whole) || words.ContainsValue(whole = word)))
            {
                return $"must be one of: {string.Join(", ", words.Keys)}";
            }

            value = JsonValue.Create(whole);
        }
        else if (field.FieldType == FieldType.String && value?.GetValueKind() == JsonValueKind.Number)
        {
            // A moment may be a number, which nobody writes in quotes.
            value = JsonValue.Create(value.ToJsonString());
        }

        return Merge(pipeline, new JsonObject { [Split] = new JsonObject { [name] = value?.DeepClone() } });
    }

    /// <summary>By either of its names: "display_name" or "displayName".</summary>
    private static FieldDescriptor? Find(IEnumerable<FieldDescriptor> fields, string name) => fields.FirstOrDefault(field => field.Name == name || field.JsonName == name);

    /// <summary>"time" is enough; the contract says SPLIT_STRATEGY_TIME.</summary>
    private static Dictionary<string, string> Words(EnumDescriptor type)
    {
        var prefix = type.Values[0].Name[..^"UNSPECIFIED".Length];
        return type.Values.Skip(1).ToDictionary(value => value.Name[prefix.Length..].ToLowerInvariant(), value => value.Name);
    }

    private static string? Merge(Pipeline pipeline, JsonObject fields)
    {
        try
        {
            pipeline.MergeFrom(Pipeline.Parser.ParseJson(fields.ToJsonString()));
            return null;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
        {
            return $"cannot be read: {e.Message}";
        }
    }
}
