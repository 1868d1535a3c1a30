using System.Globalization;

namespace Mesh.Transforms.Texts;

/// <summary>
/// What characters decompose to and compose from, by Unicode 15; Hangul is not in it, for that is arithmetic. Read once, in a few milliseconds.
/// </summary>
internal sealed class Decompositions
{
    private static readonly Lazy<Decompositions> Read = new(() => new());

    private readonly Dictionary<int, byte> combining = [];
    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatible = [];
    private readonly Dictionary<(int, int), int> composed = [];

    private Decompositions()
    {
        using var file = new StreamReader(typeof(Decompositions).Assembly.GetManifestResourceStream("Decompositions.txt")!);
        var singles = new List<(int Code, string Kind, int[] Mapping)>();
        while (file.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var fields = line.Split(' ');
            var code = int.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (byte.Parse(fields[1], CultureInfo.InvariantCulture) is > 0 and var order)
                combining.Add(code, order);
            if (fields.Length > 2)
                singles.Add((code, fields[2], [.. fields.Skip(3).Select(field => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture))]));
        }

        foreach (var (code, kind, mapping) in singles)
        {
            (kind == "~" ? compatible : canonical).Add(code, mapping);
            // What is one character, or begins with a mark, is never composed.
            if (kind == "=" && mapping.Length == 2 && Combining(code) == 0 && Combining(mapping[0]) == 0)
                composed.Add((mapping[0], mapping[1]), code);
        }

        // In full: a mapping may hold characters that have one themselves.
        foreach (var (code, _, mapping) in singles)
        {
            compatible[code] = [.. mapping.SelectMany(part => Expand(part, compatibly: true))];
            if (canonical.ContainsKey(code))
                canonical[code] = [.. mapping.SelectMany(part => Expand(part, compatibly: false))];
        }
    }

    public static Decompositions Unicode => Read.Value;

    /// <summary>The canonical combining class; 0 for what is no mark.</summary>
    public byte Combining(int character) => combining.GetValueOrDefault(character);

    /// <summary>What a character decomposes to, in full; null for itself.</summary>
    public int[]? Of(int character, bool compatibly) => (compatibly ? compatible : canonical).GetValueOrDefault(character);

    /// <summary>What two characters compose to; −1 for nothing.</summary>
    public int Compose(int first, int second) => composed.GetValueOrDefault((first, second), -1);

    private IEnumerable<int> Expand(int character, bool compatibly)
    {
        var mapping = canonical.GetValueOrDefault(character) ?? (compatibly ? compatible.GetValueOrDefault(character) : null);
        return mapping is null ? [character] : mapping.SelectMany(part => Expand(part, compatibly));
    }
}
