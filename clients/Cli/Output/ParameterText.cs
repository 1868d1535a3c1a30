namespace Mesh.Cli.Output;

/// <summary>Parameters of a transform or an architecture, one a line, indented.</summary>
internal static class ParameterText
{
    public static void Write(TextWriter output, IEnumerable<(string Name, string Type, string Default, string Range, string Meaning)> parameters)
    {
        foreach (var (name, type, fallback, range, meaning) in parameters)
        {
            // A choice has its words for a type already.
            string[] facts = [type, range.Length > 0 && range.Replace(", ", "|", StringComparison.Ordinal) != type ? range : "", fallback.Length > 0 ? $"default {fallback}" : ""];
            output.WriteLine(Printable.Line($"  {name} ({string.Join(", ", facts.Where(fact => fact.Length > 0))}): {meaning}"));
        }
    }
}
