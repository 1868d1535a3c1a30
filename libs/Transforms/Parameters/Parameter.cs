using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Transforms.Parameters;

/// <summary>The one declaration of a parameter: it validates, fills in the default and documents.</summary>
/// <param name="Name">Key in the parameters object.</param>
/// <param name="Meaning">One sentence for people, with the unit.</param>
/// <param name="Default">Used when the key is absent; null makes the parameter required.</param>
public abstract record Parameter(string Name, string Meaning, JsonNode? Default)
{
    /// <summary>The JSON type, in words: integer, boolean, one of …</summary>
    public abstract string Kind { get; }

    /// <summary>Allowed values, in words; empty when the kind says it all.</summary>
    public abstract string Range { get; }

    /// <summary>Whether a pipeline must give it.</summary>
    public bool Required => Default is null;

    /// <summary>The value in its one canonical form, so that 28 and 28.0 give the same cache key; or a problem to show.</summary>
    internal abstract JsonNode? Read(JsonElement given, out string? problem);
}
