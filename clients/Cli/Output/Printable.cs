namespace Mesh.Cli.Output;

/// <summary>Text from elsewhere, made harmless for a terminal.</summary>
internal static class Printable
{
    /// <summary>On one line, without control characters, which could move the cursor or change colours.</summary>
    public static string Line(string text) =>
        text.Any(char.IsControl) ? new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim() : text;
}
