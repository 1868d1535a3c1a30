using System.Text.Json;

namespace Mesh.Specs;

/// <summary>One step of a pipeline as its author wrote it.</summary>
/// <param name="Type">A type of the catalogue of transforms, such as <c>resize</c>.</param>
/// <param name="Parameters">A JSON object, or undefined for none.</param>
public sealed record TransformSpec(string Type, JsonElement Parameters)
{
    /// <summary>What errors call the step; empty for its type.</summary>
    public string Name { get; init; } = "";

    /// <summary>Columns it reads; empty for those its type usually reads.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Columns it writes; empty for those its type usually writes, mostly its inputs.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>With parameters written as JSON text. Throws <see cref="JsonException"/> if they are not JSON.</summary>
    public static TransformSpec Of(
        string type, string parameters = "{}", IReadOnlyList<string>? inputs = null, IReadOnlyList<string>? outputs = null, string name = "") =>
        new(type, JsonElement.Parse(parameters, new JsonDocumentOptions { AllowDuplicateProperties = false }))
        {
            Name = name,
            Inputs = inputs ?? [],
            Outputs = outputs ?? [],
        };
}
