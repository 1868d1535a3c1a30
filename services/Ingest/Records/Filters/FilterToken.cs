using System.Text;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Ingest.Records.Filters;

internal enum TokenKind
{
    /// <summary>AND, OR, NOT, null, true, false, or the name of a column.</summary>
    Word,

    /// <summary>A name in backticks.</summary>
    QuotedName,
    Text,
    Number,

    /// <summary>An operator or a parenthesis.</summary>
    Symbol,
    End,
}

/// <summary>A piece of a filter.</summary>
/// <param name="Place">Where it starts, from 0.</param>
internal readonly record struct FilterToken(TokenKind Kind, string Text, int Place)
{
    private const string Symbols = "=!<>:()";

    /// <exception cref="MeshException">INVALID_ARGUMENT naming the place.</exception>
    public static List<FilterToken> Cut(string filter)
    {
        var tokens = new List<FilterToken>();
        for (var at = 0; at < filter.Length;)
        {
            var c = filter[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            var start = at;
            tokens.Add(c switch
            {
                '"' => new FilterToken(TokenKind.Text, Quoted(filter, ref at), start),
                '`' => new FilterToken(TokenKind.QuotedName, Quoted(filter, ref at), start),
                _ when Symbols.Contains(c) => new FilterToken(TokenKind.Symbol, Symbol(filter, ref at), start),
                _ when char.IsAsciiDigit(c) || c is '-' or '+' or '.' => new FilterToken(TokenKind.Number, Run(filter, ref at), start),
                _ when char.IsLetter(c) || c == '_' => new FilterToken(TokenKind.Word, Run(filter, ref at), start),
                _ => throw Wrong(start, $"'{c}' has no meaning here"),
            });
        }

        tokens.Add(new FilterToken(TokenKind.End, "the end", filter.Length));
        return tokens;
    }

    public static MeshException Wrong(int place, string problem) => MeshError.Invalid("filter", $"at character {place + 1}: {problem}.");

    // A backslash takes the next character as it is.
    private static string Quoted(string filter, ref int at)
    {
        var (quote, start) = (filter[at], at);
        var text = new StringBuilder();
        for (at++; at < filter.Length && filter[at] != quote; at++)
        {
            at += filter[at] == '\\' && at + 1 < filter.Length ? 1 : 0;
            text.Append(filter[at]);
        }

        return at++ < filter.Length ? text.ToString() : throw Wrong(start, "a quote is not closed");
    }

    private static string Symbol(string filter, ref int at)
    {
        var two = at + 1 < filter.Length && filter[at + 1] == '=' && filter[at] is ('!' or '<' or '>');
        var symbol = filter.Substring(at, two ? 2 : 1);
        at += symbol.Length;
        return symbol;
    }

    private static string Run(string filter, ref int at)
    {
        var start = at;
        while (at < filter.Length && (char.IsLetterOrDigit(filter[at]) || filter[at] is '_' or '.' or '-' or '+'))
        {
            at++;
        }

        return filter[start..at];
    }
}
