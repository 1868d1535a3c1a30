namespace Mesh.Transforms.Tokens;

/// <summary>
/// How tags name spans of words: in BIO, B-X begins a span of X and I-X goes on with it, so I-X comes after B-X or I-X alone.
/// </summary>
/// <param name="choice">none leaves tags as they are, bio refuses others, bio-repair makes a B of an I that nothing begins.</param>
internal sealed class TagScheme(string choice)
{
    private const string None = "none";
    private const string Repair = "bio-repair";

    public static IReadOnlyList<string> Choices { get; } = [None, "bio", Repair];

    /// <summary>A tag as it is to be; null for one that is refused.</summary>
    /// <param name="tag">As the data has it.</param>
    /// <param name="before">The tag of the word before, as it is to be; null for none.</param>
    public string? Apply(string tag, string? before)
    {
        if (choice == None || !tag.StartsWith("I-", StringComparison.Ordinal) || GoesOn(tag, before))
            return tag;
        return choice == Repair ? $"B-{tag.AsSpan(2)}" : null;
    }

    private static bool GoesOn(string tag, string? before) =>
        before is ['B' or 'I', '-', ..] && before.AsSpan(2).SequenceEqual(tag.AsSpan(2));
}
