namespace Mesh.Transforms.Tokens.Pieces;

/// <summary>Each word is one piece, or unknown.</summary>
internal sealed class WholeWords : IWordEncoder
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids;

    /// <param name="tokens">Words.</param>
    /// <param name="first">Id of the first of them.</param>
    public WholeWords(IReadOnlyList<string> tokens, int first)
    {
        var dictionary = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        foreach (var token in tokens)
            dictionary.Add(token, first + dictionary.Count);
        ids = dictionary.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids) => ids.Add(this.ids.TryGetValue(word, out var id) ? id : SpecialTokens.Unknown);
}
