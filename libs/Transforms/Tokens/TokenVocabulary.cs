using System.Text;
using Mesh.Transforms.Tokens.Pieces;

namespace Mesh.Transforms.Tokens;

/// <summary>The tokens that the ids of a column stand for, and the way back from ids to text. Immutable; safe on any number of threads.</summary>
public sealed class TokenVocabulary
{
    private readonly TokenKind kind;
    private readonly SpecialTokens special;
    private readonly string[] tokens;

    internal TokenVocabulary(TokenizerSettings settings, TokenizerState state) =>
        (kind, special, tokens) = (settings.Kind, settings.Special, [.. settings.Special.Names, .. state.Tokens]);

    /// <summary>How many ids there are: what a model needs rows of embeddings for.</summary>
    public int Count => tokens.Length;

    /// <summary>Id of what fills a row up.</summary>
    public int PaddingId => SpecialTokens.Padding;

    /// <summary>Id of what has no token.</summary>
    public int UnknownId => SpecialTokens.Unknown;

    /// <summary>Id of [BOS] or [CLS]; null when texts begin with neither.</summary>
    public int? BeginId => special.Begin;

    /// <summary>Id of [EOS] or [SEP]; null when texts end with neither.</summary>
    public int? EndId => special.End;

    /// <summary>
    /// A token as it is written: of bytes as GPT-2 writes them, of characters with ▁ for a space, ## before the rest of a word.
    /// Throws <see cref="ArgumentOutOfRangeException"/> if there is no such id.
    /// </summary>
    public string this[int id] => (uint)id < (uint)tokens.Length ? tokens[id] : throw new ArgumentOutOfRangeException(nameof(id), id, $"There are {tokens.Length} tokens.");

    /// <summary>
    /// The text of ids, up to the first <see cref="EndId"/>; padding and <see cref="BeginId"/> are nothing, what is unknown is [UNK]. Tokens of bpe give
    /// the text as it was; words and pieces of words come back with one space between words, also before punctuation.
    /// Throws <see cref="ArgumentOutOfRangeException"/> if there is no such id.
    /// </summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var (text, run) = (new StringBuilder(), new StringBuilder());
        foreach (var id in ids)
        {
            var token = this[id];
            if (id == special.End)
                break;
            if (id == SpecialTokens.Padding || id == special.Begin)
                continue;
            if (kind == TokenKind.BytePair && id != SpecialTokens.Unknown)
            {
                // The bytes of a character may be in several tokens.
                run.Append(token);
                continue;
            }

            Flush(run, text);
            Append(text, token, id);
        }

        return Flush(run, text).ToString();
    }

    private void Append(StringBuilder text, string token, int id)
    {
        if (kind is TokenKind.BytePair or TokenKind.CharacterPair)
        {
            text.Append(id == SpecialTokens.Unknown ? token : token.Replace(BytePairs.Space, ' '));
            return;
        }

        var continues = kind == TokenKind.WordPiece && token.Length > WordPieces.Continuing.Length && token.StartsWith(WordPieces.Continuing, StringComparison.Ordinal);
        if (!continues && text.Length > 0)
            text.Append(' ');
        text.Append(token, continues ? WordPieces.Continuing.Length : 0, token.Length - (continues ? WordPieces.Continuing.Length : 0));
    }

    private static StringBuilder Flush(StringBuilder run, StringBuilder text)
    {
        text.Append(ByteAlphabet.Text(run.ToString()));
        run.Clear();
        return text;
    }
}
