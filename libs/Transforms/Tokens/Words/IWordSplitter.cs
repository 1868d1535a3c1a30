namespace Mesh.Transforms.Tokens.Words;

/// <summary>Splits a text into the words that are counted and encoded, without copying it. Linear in the text, whatever it is.</summary>
internal interface IWordSplitter
{
    /// <summary>The next word.</summary>
    /// <param name="text">All of it, well-formed.</param>
    /// <param name="position">Where to begin; then behind the word.</param>
    /// <param name="word">Empty when there are no more.</param>
    bool Next(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word);
}
