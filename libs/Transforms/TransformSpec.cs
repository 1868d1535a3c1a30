using System.Text.Json;

namespace Mesh.Transforms;

/// <summary>One transform of a pipeline as its author wrote it: a type and a JSON object of parameters.</summary>
/// <param name="Type">A type of <see cref="TransformCatalog"/>.</param>
/// <param name="Parameters">An object, or undefined for none.</param>
public sealed record TransformSpec(string Type, JsonElement Parameters)
{
    /// <summary>With parameters written as JSON text. Throws <see cref="JsonException"/> if they are not JSON.</summary>
    public static TransformSpec Of(string type, string parameters = "{}") =>
        new(type, JsonElement.Parse(parameters, new JsonDocumentOptions { AllowDuplicateProperties = false }));
}
