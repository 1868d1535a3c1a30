namespace Mesh.ServiceDefaults.Errors;

/// <summary>
/// As many violations as reach the caller. They travel in the trailers, twice (as message and as details, in base64), and
/// .NET's HTTP client takes 64 KB of those: beyond it, the caller would hear of a broken connection instead.
/// </summary>
internal static class ToldViolations
{
    private const int LongestText = 300;

    /// <summary>Characters of all together: 17 bytes each on the wire where every one is percent-encoded.</summary>
    private const int MostText = 2500;

    public static IReadOnlyList<FieldViolation> Of(IReadOnlyList<FieldViolation> all)
    {
        var told = new List<FieldViolation>();
        var length = 0;
        foreach (var violation in all.TakeWhile(_ => length < MostText))
        {
            told.Add(new FieldViolation(Cut(violation.Field), Cut(violation.Description)));
            length += told[^1].Field.Length + told[^1].Description.Length;
        }

        return told;
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText - 1)}…";
}
