namespace Mesh.Ingest.Formats.Sentences;

/// <summary>What gettext's entries mean as pairs.</summary>
internal static class CatalogueEntry
{
    /// <summary>
    /// One pair for each form that is translated. The first of several forms goes with the singular, every other with the
    /// plural; so does the only form of a language that does not tell them apart.
    /// </summary>
    /// <param name="plural">Null for an entry without one.</param>
    public static IEnumerable<SentencePair> Pairs(string place, string singular, string? plural, IReadOnlyList<string> forms)
    {
        for (var i = 0; i < forms.Count; i++)
        {
            if (forms[i].Length > 0)
            {
                var source = plural is null || i == 0 && forms.Count > 1 ? singular : plural;
                yield return new SentencePair(plural is null ? place : $"{place}[{i}]", source, forms[i]);
            }
        }
    }
}
