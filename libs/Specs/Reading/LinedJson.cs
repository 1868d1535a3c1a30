using System.Text.Json.Nodes;

namespace Mesh.Specs.Reading;

/// <summary>An object, and the line on which each of its fields begins.</summary>
/// <param name="Root">The whole.</param>
/// <param name="Lines">By path, such as <c>transforms[2].type</c>; from 1.</param>
internal sealed record LinedJson(JsonObject Root, IReadOnlyDictionary<string, int> Lines)
{
    /// <summary>Deepest nesting of a file: bounds the stack that hostile text can use.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Of the field, or of the nearest thing around it.</summary>
    public int LineOf(string path)
    {
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            if (Lines.TryGetValue(at, out var line))
                return line;
        }

        return Lines.GetValueOrDefault("", 1);
    }

    public static string Field(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    public static PipelineSpecException Wrong(int line, string problem, Exception? inner = null) => new([new("$", problem) { Line = line }], inner);
}
