namespace Mesh.Transforms.Graph;

/// <summary>What somebody may have meant by a name that does not exist.</summary>
internal static class NearestNames
{
    private const int Shown = 3;

    // Comparing costs the product of the lengths.
    private const int Longest = 64;

    /// <summary>Up to three names in quotes, the nearest first; empty when none is near.</summary>
    public static string Of(string given, IEnumerable<string> known)
    {
        if (given.Length > Longest)
            return "";
        var most = Math.Max(1, given.Length / 3);
        return string.Join(" or ", known.Where(name => name.Length <= Longest && Math.Abs(name.Length - given.Length) <= most)
            .Select(name => (Name: name, Distance: Distance(given, name)))
            .Where(near => near.Distance <= most)
            .OrderBy(near => near.Distance)
            .Take(Shown)
            .Select(near => $"'{near.Name}'"));
    }

    /// <summary>Characters to insert, delete, replace or swap with their neighbour (Damerau), ignoring case.</summary>
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                var replaced = cost[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                cost[i, j] = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }

        return cost[a.Length, b.Length];

        static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
    }
}
