using System.Text;

namespace Mesh.Ingest.Statistics;

/// <summary>A rejected record's own text, fit to be kept: no half characters, and not more than people read.</summary>
internal static class RejectedText
{
    private const int MaxLength = 4096;

    public static string Of(ReadOnlySpan<char> text)
    {
        var kept = text.Length > MaxLength ? text[..MaxLength] : text;
        // Lone surrogates have no UTF-8 form.
        return kept.IsEmpty ? "" : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kept.ToString()));
    }
}
