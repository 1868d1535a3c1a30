using Mesh.Transforms.Parameters;
using Mesh.Transforms.Tokens.Pieces;
using Mesh.Transforms.Tokens.Words;

namespace Mesh.Transforms.Tokens;

/// <summary>How texts become tokens: the parameters that the steps with a tokenizer share.</summary>
/// <param name="Kind">What a token is.</param>
/// <param name="KeepPunctuation">Whether punctuation stays with its word; of words alone.</param>
/// <param name="VocabularySize">Most tokens, special ones included.</param>
/// <param name="MinimumCount">What is seen less often is not learned.</param>
/// <param name="Special">Tokens that are not of the text.</param>
internal sealed record TokenizerSettings(TokenKind Kind, bool KeepPunctuation, int VocabularySize, long MinimumCount, SpecialTokens Special)
{
    private const int MaximumVocabulary = 1 << 20;
    private const int MaximumGiven = 65536;
    private const int AllBytes = 256;

    public static IReadOnlyList<Parameter> Parameters { get; } =
    [
        new ChoiceParameter("kind", ["bpe", "whitespace", "wordpiece"], "bpe",
            "What tokens are: parts of words joined by frequency (bpe), words and punctuation (whitespace), parts of words joined by likelihood (wordpiece)."),
        new ChoiceParameter("units", ["bytes", "characters"], "bytes",
            "What bpe begins with: bytes, so that every text has tokens and comes back as it was, or characters, of which rare ones are unknown."),
        new ChoiceParameter("punctuation", ["separate", "keep"], "separate",
            "Whether kind whitespace makes tokens of punctuation marks and symbols, or leaves them with their words."),
        new IntegerParameter("vocabulary_size", 8, MaximumVocabulary, "Most tokens to learn, special ones included.", 8000),
        new IntegerParameter("min_count", 1, 1L << 40, "Words, characters and pairs that the training texts have less often are not learned.", 2),
        new ChoiceParameter("special_tokens", SpecialTokens.Choices, "none",
            "Tokens around every text: [BOS] and [EOS], or [CLS] and [SEP], with ids 2 and 3; [PAD] is 0 and [UNK] is 1 always."),
        new NameListParameter("vocabulary", MaximumGiven, TokenizerState.MaximumTokenLength,
            "Tokens to use instead of learning them, in the order of ids, without special tokens; as the fitted step of another pipeline lists them."),
        new NameListParameter("merges", MaximumGiven, 2 * TokenizerState.MaximumTokenLength + 1,
            "With a vocabulary of bpe: the pairs of tokens to join, in order, each as two tokens and a space between them."),
    ];

    /// <summary>Longest word that is counted, in UTF-16 code units.</summary>
    public int MaximumWord => Kind switch
    {
        TokenKind.Word => TokenizerState.MaximumTokenLength,
        TokenKind.WordPiece => WordPieces.MaximumLength,
        _ => SpacedWords.MaximumLength + 1,
    };

    public bool IsBytePair => Kind is TokenKind.BytePair or TokenKind.CharacterPair;

    /// <summary>Most tokens that are learned.</summary>
    public int LearnedSize => VocabularySize - Special.Names.Count;

    public static TokenizerSettings Of(ParameterValues values) => new(
        values.Choice("kind") switch
        {
            "whitespace" => TokenKind.Word,
            "wordpiece" => TokenKind.WordPiece,
            _ => values.Choice("units") == "bytes" ? TokenKind.BytePair : TokenKind.CharacterPair,
        },
        values.Choice("punctuation") == "keep",
        (int)values.Integer("vocabulary_size"),
        values.Integer("min_count"),
        SpecialTokens.Of(values.Choice("special_tokens")));

    /// <summary>Rules between these parameters.</summary>
    public static IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        var settings = Of(values);
        if (settings.KeepPunctuation && settings.Kind != TokenKind.Word)
            yield return ("punctuation", "can be kept with kind whitespace alone");
        var given = TokenizerState.Given(values);
        if (given is not null)
        {
            if (given.Problem(settings) is { } problem)
                yield return problem;
        }
        else if (values.Any("merges"))
        {
            yield return ("merges", "are given together with vocabulary");
        }
        else if (settings.Kind == TokenKind.BytePair && settings.LearnedSize < AllBytes)
        {
            yield return ("vocabulary_size", $"must be {AllBytes + settings.Special.Names.Count} at least: every byte is a token");
        }
    }

    public IWordSplitter Splitter() => IsBytePair ? new SpacedWords() : new PlainWords(KeepPunctuation);
}
