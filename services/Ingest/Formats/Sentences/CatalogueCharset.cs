using System.Text;
using System.Text.RegularExpressions;
using Mesh.Ingest.Formats.Texts;

namespace Mesh.Ingest.Formats.Sentences;

/// <summary>The encoding of a gettext catalogue: its header has "Content-Type: text/plain; charset=UTF-8".</summary>
internal static partial class CatalogueCharset
{
    /// <summary>What templates have where the translator has not said it.</summary>
    private const string Placeholder = "CHARSET";

    /// <param name="asked">What the request says; empty to find it.</param>
    /// <param name="header">The header entry, or a beginning that holds it.</param>
    /// <exception cref="DatasetException">ENCODING_UNKNOWN</exception>
    public static Encoding Find(string asked, ReadOnlySpan<byte> header, string source)
    {
        if (asked.Length > 0)
        {
            return TextEncodings.Get(asked);
        }

        // Every encoding that gettext takes writes this in ASCII.
        var match = Charset().Match(Encoding.Latin1.GetString(header));
        var name = match.Success && match.Groups[1].Value != Placeholder ? match.Groups[1].Value : TextEncodings.Utf8;
        name = CodePage().Replace(name, "windows-");
        return TextEncodings.IsKnown(name)
            ? TextEncodings.Get(name)
            : throw new DatasetException("ENCODING_UNKNOWN", $"{source} says its encoding is {Printable.Of(name, 40)}, which is not known here. Say its encoding.");
    }

    [GeneratedRegex(@"charset=([A-Za-z0-9_:.\-]{1,40})", RegexOptions.CultureInvariant)]
    private static partial Regex Charset();

    /// <summary>"CP1251" is called "windows-1251" elsewhere.</summary>
    [GeneratedRegex(@"\A(?:cp|CP)-?(?=125\d\z)", RegexOptions.CultureInvariant)]
    private static partial Regex CodePage();
}
