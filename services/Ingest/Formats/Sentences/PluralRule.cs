using System.Text.RegularExpressions;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>
/// Which form of a message a language uses for a number: a gettext catalogue's header has
/// "Plural-Forms: nplurals=2; plural=n != 1;" (gettext manual, "Plural forms"). Without one that can be read, gettext takes
/// this very rule, and so does this.
/// </summary>
internal sealed partial class PluralRule
{
    /// <summary>That of English, German and most others.</summary>
    public static readonly PluralRule Usual = new(2, "n != 1");

    private readonly ulong _forms;
    private readonly string _expression;

    private PluralRule(ulong forms, string expression) => (_forms, _expression) = (forms, expression);

    /// <summary>The form for one thing: the one that belongs to the singular.</summary>
    public int Singular => (int)(FormOf(1) ?? 0);

    /// <param name="header">The translation of the empty message.</param>
    public static PluralRule Find(string header)
    {
        var match = PluralForms().Match(header);
        if (!match.Success)
        {
            return Usual;
        }

        var rule = new PluralRule(ulong.Parse(match.Groups["forms"].ValueSpan), match.Groups["rule"].Value);
        return rule.FormOf(1) is null ? Usual : rule;
    }

    /// <returns>Null when the rule cannot be read, or does not say.</returns>
    public ulong? FormOf(ulong number) => new PluralExpression(_expression, number).Value is { } form && form < _forms ? form : null;

    // The longest rule of a language that is known has some 200 characters.
    [GeneratedRegex(@"^Plural-Forms:[^\n]*?\bnplurals[ \t]*=[ \t]*(?<forms>[0-9]{1,3})[ \t]*;[ \t]*plural[ \t]*=(?<rule>[^;\n]{1,1000})", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PluralForms();
}
