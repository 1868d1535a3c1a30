using System.Text.Json.Nodes;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Json;
using Mesh.Transforms.Records;

namespace Mesh.Transforms;

/// <summary>The parts of a pipeline as JSON: for keys, digests and fitted pipelines.</summary>
internal static class PipelineJson
{
    /// <summary>Everything about the graph that decides its output, in one form.</summary>
    public static byte[] Canonical(PipelineGraph graph)
    {
        var whole = new JsonObject
        {
            ["format_version"] = FittedPipeline.FormatVersion,
            ["outputs"] = Names(graph.Outputs.Select(output => output.Name)),
            ["transforms"] = new JsonArray([.. graph.Steps.OrderBy(step => step.Index).Select(Step)]),
        };
        AddImageLibrary(whole, graph.Steps);
        return CanonicalJson.Write(whole);
    }

    /// <summary>One step without its name and without what it learned.</summary>
    public static JsonObject Step(GraphStep step) => new()
    {
        ["type"] = step.Definition.Type,
        ["version"] = step.Definition.Version,
        ["inputs"] = Names(step.InputNames),
        ["outputs"] = Names(step.OutputNames),
        ["parameters"] = step.Values.ToJson(),
    };

    /// <summary>The columns of the data.</summary>
    public static JsonArray Sources(PipelineGraph graph, bool withNames) => new([.. graph.Sources.Select(column =>
    {
        var source = new JsonObject { ["name"] = column.Name, ["type"] = column.Kind.Word };
        if (withNames)
            source["class_names"] = Names(column.ClassNames);
        return source;
    })]);

    /// <summary>libvips, where it has a part in the result: this version, or the one loaded here. It is not loaded for anything else.</summary>
    public static void AddImageLibrary(JsonObject whole, IEnumerable<GraphStep> steps, string? version = null)
    {
        if (steps.Any(step => step.Definition.UsesImageLibrary))
            whole["libvips"] = version ?? ImageLibrary.Version;
    }

    public static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);
}
