using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Ingest.Records.Filters;

/// <summary>
/// A condition on records, as ReadRecords describes it:
/// <code>
/// or         = and { "OR" and }
/// and        = not { "AND" not }
/// not        = { "NOT" } ( "(" or ")" | comparison )
/// comparison = column ( "=" | "!=" | "&lt;" | "&lt;=" | ">" | ">=" | ":" ) value
/// value      = "text" | number | true | false | null
/// </code>
/// </summary>
internal sealed class RecordFilter
{
    private const int MaxLength = 4096;
    private const int MaxDepth = 50;

    private readonly List<FilterToken> _tokens;
    private readonly Schema _schema;
    private int _next;
    private int _depth;

    private RecordFilter(List<FilterToken> tokens, Schema schema) => (_tokens, _schema) = (tokens, schema);

    private FilterToken Token => _tokens[_next];

    /// <summary>The condition; always true for an empty filter.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT naming the place and what is possible.</exception>
    public static Func<RecordRow, bool> Parse(string filter, Schema schema)
    {
        if (filter.Length > MaxLength)
        {
            throw MeshError.Invalid("filter", $"has more than {MaxLength} characters.");
        }

        if (string.IsNullOrWhiteSpace(filter))
        {
            return _ => true;
        }

        var parser = new RecordFilter(FilterToken.Cut(filter), schema);
        var condition = parser.Or();
        return parser.Token.Kind == TokenKind.End ? condition : throw parser.Unexpected("AND, OR or the end");
    }

    private Func<RecordRow, bool> Or()
    {
        if (++_depth > MaxDepth)
        {
            throw FilterToken.Wrong(Token.Place, $"parentheses go deeper than {MaxDepth}");
        }

        var condition = And();
        while (TryTake("OR"))
        {
            var (left, right) = (condition, And());
            condition = row => left(row) || right(row);
        }

        _depth--;
        return condition;
    }

    private Func<RecordRow, bool> And()
    {
        var condition = Not();
        while (TryTake("AND"))
        {
            var (left, right) = (condition, Not());
            condition = row => left(row) && right(row);
        }

        return condition;
    }

    private Func<RecordRow, bool> Not()
    {
        var negated = false;
        while (TryTake("NOT"))
        {
            negated = !negated;
        }

        Func<RecordRow, bool> condition;
        if (TryTake("("))
        {
            condition = Or();
            if (!TryTake(")"))
            {
                throw Unexpected("\")\"");
            }
        }
        else
        {
            condition = Comparison();
        }

        return negated ? row => !condition(row) : condition;
    }

    private Func<RecordRow, bool> Comparison()
    {
        if (Token.Kind is not (TokenKind.Word or TokenKind.QuotedName))
        {
            throw Unexpected("the name of a column");
        }

        var column = _schema.Columns.ToList().FindIndex(c => c.Name == Token.Text);
        if (column < 0)
        {
            throw FilterToken.Wrong(Token.Place, $"there is no column {Token.Text}; the columns are {string.Join(", ", _schema.Columns.Take(50).Select(c => c.Name))}");
        }

        _next++;
        if (Token is not { Kind: TokenKind.Symbol, Text: not ("(" or ")" or "!") })
        {
            throw Unexpected("=, !=, <, <=, >, >= or :");
        }

        var (symbol, place) = (Token.Text, Token.Place);
        _next++;
        if (Token.Kind is not (TokenKind.Text or TokenKind.Number) && Token.Text is not ("true" or "false" or "null"))
        {
            throw Unexpected("a text in quotes, a number, true, false or null");
        }

        var value = Token;
        _next++;
        return ColumnComparison.Bind(column, _schema.Columns[column], symbol, place, value);
    }

    private bool TryTake(string text)
    {
        var found = Token.Kind is TokenKind.Word or TokenKind.Symbol && Token.Text == text;
        _next += found ? 1 : 0;
        return found;
    }

    private MeshException Unexpected(string wanted) => FilterToken.Wrong(Token.Place, $"expected {wanted}, found {Token.Text}");
}
