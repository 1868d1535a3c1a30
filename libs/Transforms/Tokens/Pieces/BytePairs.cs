using Microsoft.ML.Tokenizers;

namespace Mesh.Transforms.Tokens.Pieces;

/// <summary>
/// Byte-pair encoding: of the neighbours that a merge joins, those of the earliest merge are joined, the leftmost first, until none is left. Begins
/// with bytes, or with characters; of these, each that has no token is unknown.
/// </summary>
internal sealed class BytePairs : IWordEncoder
{
    /// <summary>Stands for a space in tokens of characters, as in SentencePiece. In a text it is taken for a space.</summary>
    public const char Space = '▁';

    // No token has a space, so none is mistaken for this one.
    private const string Unknown = " ";

    private readonly BpeTokenizer tokenizer;
    private readonly bool bytes;

    /// <param name="tokens">Every token that a merge takes or makes.</param>
    /// <param name="merges">Two tokens and a space between them, each.</param>
    /// <param name="first">Id of the first token.</param>
    /// <param name="bytes">Whether tokens are of bytes, as <see cref="ByteAlphabet"/> has them, or of characters.</param>
    public BytePairs(IReadOnlyList<string> tokens, IReadOnlyList<string> merges, int first, bool bytes)
    {
        this.bytes = bytes;
        var vocabulary = tokens.Select((token, i) => KeyValuePair.Create(token, first + i)).Prepend(new(Unknown, SpecialTokens.Unknown));
        tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary) { Merges = merges, UnknownToken = Unknown });
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids) =>
        ids.AddRange(tokenizer.EncodeToIds(Symbols(word, bytes), considerPreTokenization: false, considerNormalization: false));

    /// <summary>A word as tokens spell it.</summary>
    public static string Symbols(ReadOnlySpan<char> word, bool bytes) => bytes ? ByteAlphabet.Of(word) : word.ToString().Replace(' ', Space);
}
