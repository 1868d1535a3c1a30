using System.Buffers;
using System.Text;
using Mesh.Transforms.Tokens.Pieces;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tokens;

/// <summary>Texts into ids of tokens, without special ones around them. Immutable; safe on any number of threads.</summary>
internal sealed class TextTokenizer
{
    private static readonly SearchValues<char> Surrogates = SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    private readonly IWordSplitter splitter;
    private readonly IWordEncoder encoder;
    private readonly string before;

    public TextTokenizer(TokenizerSettings settings, TokenizerState state)
    {
        splitter = settings.Splitter();
        var first = settings.Special.Names.Count;
        encoder = settings.Kind switch
        {
            TokenKind.Word => new WholeWords(state.Tokens, first),
            TokenKind.WordPiece => new RememberedWords(new WordPieces(settings.Special, state.Tokens)),
            _ => new RememberedWords(new BytePairs(state.Tokens, state.Merges, first, settings.Kind == TokenKind.BytePair)),
        };
        before = settings.IsBytePair ? " " : "";
    }

    /// <summary>Adds the ids of a text.</summary>
    /// <param name="text">Halves of surrogate pairs are taken for U+FFFD.</param>
    /// <param name="ids">Gets all of them, or at least <paramref name="enough"/>: the rest of the text is not looked at then.</param>
    /// <param name="enough">A number of ids.</param>
    public void Encode(string text, List<int> ids, int enough)
    {
        var from = ids.Count;
        var position = 0;
        text = WellFormed(text);
        while (ids.Count - from < enough && splitter.Next(text, ref position, out var word))
            encoder.Encode(word, ids);
    }

    /// <summary>Adds the ids of one word of a list, as it is inside a sentence; one at least.</summary>
    public void EncodeWord(string word, List<int> ids)
    {
        var from = ids.Count;
        if (word.Length > 0)
            Encode(before + word, ids, int.MaxValue);
        if (ids.Count == from)
            ids.Add(SpecialTokens.Unknown);
    }

    /// <summary>The same text, unless there are halves of surrogate pairs in it.</summary>
    public static string WellFormed(string text) =>
        text.AsSpan().ContainsAny(Surrogates) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}
