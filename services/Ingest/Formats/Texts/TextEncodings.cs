using System.Text;
using System.Text.Unicode;
using UtfUnknown;

namespace Mesh.Ingest.Formats.Texts;

/// <summary>Finds the encoding of a text: by its byte order mark, UTF-8 when it is valid, else by its letters' frequencies.</summary>
internal static class TextEncodings
{
    public const string Utf8 = "utf-8";

    /// <summary>Below this the guess is no better than none.</summary>
    private const float Confidence = 0.5f;

    /// <summary>Longest encoded form of one character.</summary>
    private const int MaxCharacterBytes = 4;

    static TextEncodings() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>IANA name of a head's encoding; null when it is no text.</summary>
    /// <param name="whole">Whether the head is all; else its last character may be cut off.</param>
    public static string? Find(ReadOnlySpan<byte> head, bool whole)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]))
        {
            return head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe, 0, 0]) ? "utf-32" : "utf-16";
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
        {
            return "utf-16BE";
        }

        if (Utf16WithoutMark(head) is { } wide)
        {
            return wide;
        }

        if (IsBinary(head))
        {
            return null;
        }

        if (IsUtf8(head, whole))
        {
            return Utf8;
        }

        var guess = CharsetDetector.DetectFromBytes(head.ToArray()).Detected;
        return guess is { Confidence: >= Confidence, Encoding: { } encoding } ? encoding.WebName : null;
    }

    /// <summary>The text of a head without its byte order mark; null when it is no text.</summary>
    public static string? Decode(ReadOnlySpan<byte> head, bool whole) =>
        Find(head, whole) is { } name ? Encoding.GetEncoding(name).GetString(head).TrimStart('\uFEFF').TrimEnd('\uFFFD') : null;

    /// <summary>Whether there is such an encoding.</summary>
    public static bool IsKnown(string name)
    {
        try
        {
            Encoding.GetEncoding(name);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // Not supported: UTF-7.
            return false;
        }
    }

    /// <summary>Puts U+FFFD where bytes are no text, so that the record can be rejected and the next one read.</summary>
    public static Encoding Get(string name) => Encoding.GetEncoding(name);

    private static bool IsUtf8(ReadOnlySpan<byte> head, bool whole)
    {
        for (var cut = 0; cut < MaxCharacterBytes && cut <= head.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut]))
            {
                return true;
            }

            if (whole)
            {
                return false;
            }
        }

        return false;
    }

    // Of ASCII text every other byte is zero.
    private static string? Utf16WithoutMark(ReadOnlySpan<byte> head)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            if (head[i] == 0)
            {
                (even, odd) = i % 2 == 0 ? (even + 1, odd) : (even, odd + 1);
            }
        }

        var pairs = head.Length / 2;
        return odd > pairs * 0.4 && even == 0 ? "utf-16" : even > pairs * 0.4 && odd == 0 ? "utf-16BE" : null;
    }

    // Control characters other than tab, line ends, form feed and escape do not come in text; a few are a matter of single records.
    private static bool IsBinary(ReadOnlySpan<byte> head)
    {
        var control = 0;
        foreach (var b in head)
        {
            control += b < 0x20 && b is not (0x09 or 0x0a or 0x0b or 0x0c or 0x0d or 0x1b) ? 1 : 0;
        }

        return control > 2 + (head.Length / 100);
    }
}
