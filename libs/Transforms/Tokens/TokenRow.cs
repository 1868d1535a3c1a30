using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Tokens;

/// <summary>Any number of tokens in a row of fixed length: what is too much is cut, what is missing filled up.</summary>
/// <param name="Length">Of the row.</param>
/// <param name="Around">Whether each row has a token before and one after the text.</param>
/// <param name="Truncate">Which part of a long text is cut: right, left or middle.</param>
/// <param name="PadLeft">Whether a short text ends at the end of the row rather than begins at its beginning.</param>
internal sealed record TokenRow(int Length, bool Around, string Truncate, bool PadLeft)
{
    public const int MaximumLength = 65536;

    public static IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("max_length", 1, MaximumLength, "Tokens in a row, special ones included."),
        new ChoiceParameter("truncate", ["right", "left", "middle"], "right", "Which part of a text that is too long is cut."),
        new ChoiceParameter("pad", ["right", "left"], "right", "On which side a text that is too short is filled up with [PAD]."),
    ];

    /// <summary>Tokens of a text that a row has room for.</summary>
    public int Room => Around ? Length - 2 : Length;

    /// <summary>Tokens of a text that decide the row: no more have to be made.</summary>
    public int Enough => Truncate == "right" ? Room : int.MaxValue;

    public static TokenRow Of(ParameterValues values, SpecialTokens special) =>
        new((int)values.Integer("max_length"), special.Around > 0, values.Choice("truncate"), values.Choice("pad") == "left");

    public static IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Integer("max_length") <= SpecialTokens.Of(values.Choice("special_tokens")).Around)
            yield return ("max_length", "leaves no room for a token between the special ones");
    }

    /// <summary>Writes all of a row.</summary>
    /// <returns>Which part of the row is not padding.</returns>
    public Range Write<T>(ReadOnlySpan<T> tokens, Span<T> row, T padding, T begin, T end)
        where T : unmanaged
    {
        var kept = Math.Min(tokens.Length, Room);
        var used = Around ? kept + 2 : kept;
        var start = PadLeft ? Length - used : 0;
        row[..start].Fill(padding);
        row[(start + used)..].Fill(padding);
        var text = row.Slice(start, used);
        if (Around)
        {
            (text[0], text[^1]) = (begin, end);
            text = text[1..^1];
        }

        var head = Truncate switch
        {
            "left" => 0,
            "middle" => (kept + 1) / 2,
            _ => kept,
        };
        tokens[..head].CopyTo(text);
        tokens[(tokens.Length - (kept - head))..].CopyTo(text[head..]);
        return start..(start + used);
    }
}
