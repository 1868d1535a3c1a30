namespace Mesh.Transforms.Tokens.Pieces;

/// <summary>The pieces of a word. Immutable but for what it remembers; safe on any number of threads.</summary>
internal interface IWordEncoder
{
    /// <summary>Adds the ids of the pieces: one at least.</summary>
    void Encode(ReadOnlySpan<char> word, List<int> ids);
}
