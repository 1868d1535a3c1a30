using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Mesh.Ingest.Formats.Idx;
using Mesh.Ingest.Formats.Images;
using Mesh.Ingest.Formats.Texts;

namespace Mesh.Ingest.Formats.Detection;

/// <summary>Tells by the first bytes of a file what it is.</summary>
internal static partial class ContentKinds
{
    private const uint MoMagic = 0x950412de;

    /// <param name="name">Decides only between kinds of text.</param>
    /// <param name="head">The first bytes, as many as there are up to some ten thousand.</param>
    /// <param name="whole">Whether that is all of it.</param>
    public static ContentKind Of(string name, ReadOnlySpan<byte> head, bool whole)
    {
        if (head.IsEmpty)
        {
            return ContentKind.Empty;
        }

        if (head.StartsWith(IdxHeader.ImagesMagic) || head.StartsWith(IdxHeader.LabelsMagic))
        {
            return ContentKind.Idx;
        }

        if (ImageHeader.FormatOf(head) is not null)
        {
            return ContentKind.Image;
        }

        if (head.StartsWith("PAR1"u8))
        {
            return ContentKind.Parquet;
        }

        // A file starts ARROW1; a stream starts with a message, whose metadata is a multiple of eight bytes long.
        if (head.StartsWith("ARROW1\0\0"u8) || head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xff, 0xff, 0xff]) && head.Length > 8 && head[4] % 8 == 0)
        {
            return ContentKind.Arrow;
        }

        if (head.Length >= 28 && (BinaryPrimitives.ReadUInt32LittleEndian(head) == MoMagic || BinaryPrimitives.ReadUInt32BigEndian(head) == MoMagic))
        {
            return ContentKind.Mo;
        }

        // Whatever their encoding, which they say themselves and which need not be one that is recognised.
        if (HasLine(head, "msgid \""u8) && HasLine(head, "msgstr \""u8))
        {
            return ContentKind.Po;
        }

        return TextEncodings.Decode(head, whole) is { } text ? OfText(name, text, whole) : ContentKind.Unknown;
    }

    private static ContentKind OfText(string name, string text, bool whole)
    {
        var start = text.AsSpan().TrimStart();
        if (start.IsEmpty)
        {
            return ContentKind.Text;
        }

        if (start[0] is '{' or '[' && JsonHead.KindOf(Encoding.UTF8.GetBytes(start.ToString()), whole) is { } json)
        {
            return json;
        }

        if (IsClassNames(name))
        {
            return ContentKind.ClassNames;
        }

        // The last line of a head may be cut off.
        var lines = text.Split('\n');
        IReadOnlyList<string> complete = whole || lines.Length == 1 ? lines : lines[..^1];
        var filled = complete.Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0).ToList();
        if (filled.Count > 0 && filled.All(l => YoloLine().IsMatch(l)) && Path.GetExtension(name) is ".txt" or "")
        {
            return ContentKind.YoloLabels;
        }

        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" or ".tab" => ContentKind.Delimited,
            ".md" or ".html" or ".eml" => ContentKind.Text,
            _ => Delimiters.IsTable(text, whole) ? ContentKind.Delimited : ContentKind.Text,
        };
    }

    private static bool HasLine(ReadOnlySpan<byte> head, ReadOnlySpan<byte> start)
    {
        var at = head.IndexOf(start);
        while (at > 0 && head[at - 1] != '\n')
        {
            var next = head[(at + 1)..].IndexOf(start);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return at >= 0;
    }

    private static bool IsClassNames(string name)
    {
        var last = name[(name.LastIndexOf('/') + 1)..].ToLowerInvariant();
        return last is "classes.txt" or "obj.names" or "_darknet.labels" || last.EndsWith(".yaml", StringComparison.Ordinal) || last.EndsWith(".yml", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\A\s*\d{1,6}(\s+-?\d*\.?\d+([eE][-+]?\d+)?){4,}\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex YoloLine();
}
