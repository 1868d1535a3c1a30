namespace Mesh.Transforms.Tokens;

/// <summary>The tokens that are not of the text; they have the first ids.</summary>
/// <param name="begin">Before every text; null for none, and then there is no end either.</param>
/// <param name="end">After every text.</param>
internal sealed class SpecialTokens(string? begin, string? end)
{
    public const int Padding = 0;
    public const int Unknown = 1;

    /// <summary>Words for the choice: none, bos-eos, cls-sep.</summary>
    public static IReadOnlyList<string> Choices { get; } = ["none", "bos-eos", "cls-sep"];

    public int? Begin { get; } = begin is null ? null : 2;

    public int? End { get; } = end is null ? null : 3;

    /// <summary>In the order of ids.</summary>
    public IReadOnlyList<string> Names { get; } = begin is null || end is null ? ["[PAD]", "[UNK]"] : ["[PAD]", "[UNK]", begin, end];

    /// <summary>How many every text has around it.</summary>
    public int Around => Names.Count - 2;

    public static SpecialTokens Of(string choice) => choice switch
    {
        "bos-eos" => new("[BOS]", "[EOS]"),
        "cls-sep" => new("[CLS]", "[SEP]"),
        _ => new(null, null),
    };
}
