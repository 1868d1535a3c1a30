namespace Mesh.Ingest.Formats.Sentences;

/// <summary>What gettext's entries mean as pairs.</summary>
internal static class CatalogueEntry
{
    /// <summary>
    /// One pair for each form that is translated. The form that the language uses for one thing goes with the singular, every
    /// other with the plural; so does the only form of a language that does not tell them apart.
    /// </summary>
    /// <param name="plural">Null for an entry without one.</param>
    public static IEnumerable<SentencePair> Pairs(string place, string singular, string? plural, IReadOnlyList<string> forms, PluralRule rule)
    {
        var one = plural is null || forms.Count < 2 ? -1 : rule.Singular;
        for (var i = 0; i < forms.Count; i++)
        {
            if (forms[i].Length > 0)
            {
                var source = plural is null || i == one ? singular : plural;
                yield return new SentencePair(plural is null ? place : $"{place}[{i}]", source, forms[i]);
            }
        }
    }
}
