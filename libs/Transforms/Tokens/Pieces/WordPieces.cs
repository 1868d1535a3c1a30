using System.Text;
using Microsoft.ML.Tokenizers;

namespace Mesh.Transforms.Tokens.Pieces;

/// <summary>
/// WordPiece: from the left, each time the longest token that fits; those behind the first begin with ##. A word of which some part has no token is
/// unknown as a whole, and so is a word longer than <see cref="MaximumLength"/>.
/// </summary>
internal sealed class WordPieces : IWordEncoder
{
    public const string Continuing = "##";

    /// <summary>Longest word, in UTF-16 code units: finding the pieces costs its square.</summary>
    public const int MaximumLength = 100;

    private readonly WordPieceTokenizer tokenizer;

    /// <param name="special">They have the first ids.</param>
    /// <param name="tokens">Without white space. A word that begins with # is # alone, so none is mistaken for the rest of another.</param>
    public WordPieces(SpecialTokens special, IReadOnlyList<string> tokens)
    {
        // A token's id is its line. The names of special tokens begin with [, which is a word of its own, so no text is mistaken for one.
        var lines = string.Join('\n', special.Names.Concat(tokens));
        using var vocabulary = new MemoryStream(Encoding.UTF8.GetBytes(lines));
        tokenizer = WordPieceTokenizer.Create(vocabulary, new WordPieceOptions
        {
            UnknownToken = special.Names[SpecialTokens.Unknown],
            ContinuingSubwordPrefix = Continuing,
            MaxInputCharsPerWord = MaximumLength,
        });
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids) =>
        ids.AddRange(tokenizer.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
}
