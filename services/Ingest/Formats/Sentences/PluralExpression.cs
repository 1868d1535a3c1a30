using System.Globalization;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>
/// The little of C that gettext's plural rules are written in: n, decimal numbers, parentheses and the operators
/// ! * / % + - &lt; &lt;= &gt; &gt;= == != &amp;&amp; || ?:, over unsigned numbers of 64 bits. It is worked out while it is read.
/// </summary>
internal ref struct PluralExpression
{
    /// <summary>Of parentheses, negations and choices within each other. The rule of Arabic has five.</summary>
    private const int MaxDepth = 50;

    /// <summary>Those of one line bind alike, each line tighter than the one before. Longer ones come first.</summary>
    private static readonly string[][] Operators = [["||"], ["&&"], ["==", "!="], ["<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%"]];

    private readonly ulong _n;
    private ReadOnlySpan<char> _rest;
    private bool _wrong;
    private int _depth;

    public PluralExpression(ReadOnlySpan<char> text, ulong n)
    {
        _rest = text;
        _n = n;
        var value = Choice();
        Value = _wrong || !_rest.IsWhiteSpace() ? null : value;
    }

    /// <summary>Null when this is no such expression, or divides by zero.</summary>
    public readonly ulong? Value { get; }

    private ulong? Choice()
    {
        if (++_depth > MaxDepth)
        {
            return Wrong();
        }

        var value = Binary(0);
        if (Take("?"))
        {
            var then = Choice();
            var otherwise = Take(":") ? Choice() : Wrong();
            value = value is null ? null : value != 0 ? then : otherwise;
        }

        _depth--;
        return value;
    }

    private ulong? Binary(int level)
    {
        if (level == Operators.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (!_wrong && TakeOperator(level) is { } op)
        {
            left = Apply(op, left, Binary(level + 1));
        }

        return left;
    }

    private ulong? Unary()
    {
        if (!Take("!"))
        {
            return Operand();
        }

        if (++_depth > MaxDepth)
        {
            return Wrong();
        }

        var value = Unary();
        _depth--;
        return value is null ? null : Truth(value == 0);
    }

    private ulong? Operand()
    {
        if (Take("("))
        {
            var value = Choice();
            return Take(")") ? value : Wrong();
        }

        if (Take("n"))
        {
            return _n;
        }

        _rest = _rest.TrimStart();
        var end = _rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var other ? other : _rest.Length;
        var digits = _rest[..end];
        _rest = _rest[end..];
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Wrong();
    }

    // What is not known does not matter where C would not look at it.
    private static ulong? Apply(string op, ulong? left, ulong? right) => (op, left, right) switch
    {
        (_, null, _) => null,
        ("||", > 0, _) => 1,
        ("&&", 0, _) => 0,
        (_, _, null) => null,
        (_, { } a, { } b) => Apply(op, a, b),
    };

    private static ulong? Apply(string op, ulong a, ulong b) => op switch
    {
        "||" or "&&" => Truth(b != 0),
        "==" => Truth(a == b),
        "!=" => Truth(a != b),
        "<=" => Truth(a <= b),
        ">=" => Truth(a >= b),
        "<" => Truth(a < b),
        ">" => Truth(a > b),
        "+" => unchecked(a + b),
        "-" => unchecked(a - b),
        "*" => unchecked(a * b),
        "/" => b == 0 ? null : a / b,
        _ => b == 0 ? null : a % b,
    };

    private static ulong Truth(bool value) => value ? 1u : 0u;

    private ulong? Wrong()
    {
        _wrong = true;
        _rest = [];
        return null;
    }

    private string? TakeOperator(int level)
    {
        foreach (var op in Operators[level])
        {
            if (Take(op))
            {
                return op;
            }
        }

        return null;
    }

    private bool Take(string token)
    {
        _rest = _rest.TrimStart();
        if (!_rest.StartsWith(token, StringComparison.Ordinal))
        {
            return false;
        }

        _rest = _rest[token.Length..];
        return true;
    }
}
