namespace Mesh.Inference.Rest;

/// <summary>Which outputs go into the body as bytes behind the JSON, and which into the JSON as numbers.</summary>
internal sealed class OutputForms
{
    private readonly Dictionary<string, bool> byName = [];

    /// <summary>For outputs that say nothing themselves: the request parameter "binary_data_output".</summary>
    public bool AllBinary { get; set; }

    public void Set(string output, bool binary) => byName[output] = binary;

    public bool IsBinary(string output) => byName.TryGetValue(output, out var binary) ? binary : AllBinary;
}
