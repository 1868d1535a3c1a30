using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Json;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Tokens.Pieces;

namespace Mesh.Transforms.Tokens;

/// <summary>What a tokenizer has learned, or was given.</summary>
/// <param name="Tokens">In the order of ids, which go on where those of the special tokens end.</param>
/// <param name="Merges">Of byte-pair encoding: two tokens and a space between them, each, in the order in which they were learned.</param>
internal sealed record TokenizerState(IReadOnlyList<string> Tokens, IReadOnlyList<string> Merges)
{
    /// <summary>Longest token, in UTF-16 code units.</summary>
    public const int MaximumTokenLength = 256;

    /// <summary>What the parameters give; null when it is to be learned.</summary>
    public static TokenizerState? Given(ParameterValues values) =>
        values.Any("vocabulary") ? new(values.Names("vocabulary"), values.Names("merges")) : null;

    /// <exception cref="PipelineSpecException">It is not one that such a tokenizer learns.</exception>
    public static TokenizerState Read(JsonFields fitted, TokenizerSettings settings)
    {
        var state = new TokenizerState(fitted.Texts("tokens", MaximumTokenLength), fitted.Texts("merges", 2 * MaximumTokenLength + 1));
        if (state.Problem(settings) is var (field, problem))
            throw fitted.Wrong(field == "vocabulary" ? "tokens" : field, problem);
        return state.Tokens.Count <= settings.LearnedSize ? state : throw fitted.Wrong("tokens", $"are more than {settings.LearnedSize}");
    }

    public JsonObject ToJson() => new() { ["tokens"] = PipelineJson.Names(Tokens), ["merges"] = PipelineJson.Names(Merges) };

    /// <summary>The first thing that is wrong; null for nothing.</summary>
    public (string Field, string Problem)? Problem(TokenizerSettings settings)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in Tokens)
        {
            if (TokenProblem(token, settings) is { } problem)
                return ("vocabulary", $"has '{SpecViolation.Shorten(token)}', {problem}");
            if (!known.Add(token))
                return ("vocabulary", $"has '{SpecViolation.Shorten(token)}' twice");
        }

        if (settings.Kind == TokenKind.BytePair && ByteAlphabet.Sorted.FirstOrDefault(single => !known.Contains(single)) is { } missing)
            return ("vocabulary", $"has no token for the byte that is written '{missing}'");
        if (!settings.IsBytePair && Merges.Count > 0)
            return ("merges", "are of kind bpe alone");
        var joined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var merge in Merges)
        {
            if (merge.Split(' ') is not [var left, var right] || !known.Contains(left) || !known.Contains(right) || !known.Contains(left + right))
                return ("merges", $"has '{SpecViolation.Shorten(merge)}', which is not two tokens whose whole is a token");
            if (!joined.Add(merge))
                return ("merges", $"has '{SpecViolation.Shorten(merge)}' twice");
        }

        return null;
    }

    private static string? TokenProblem(string token, TokenizerSettings settings) => settings.Kind switch
    {
        _ when token.Length == 0 => "and a token is a character at least",
        TokenKind.BytePair when !ByteAlphabet.IsOf(token) => "which is not written in bytes",
        TokenKind.CharacterPair when token.Contains(' ') => $"and tokens have {BytePairs.Space} for a space",
        TokenKind.Word or TokenKind.WordPiece when token.Any(char.IsWhiteSpace) => "and tokens have no white space",
        TokenKind.WordPiece when settings.Special.Names.Contains(token) => "which is a special token and has its id already",
        _ => null,
    };
}
