using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Versions;

/// <summary>
/// What a version's digest covers, one fact a line, ended by "\n":
/// <code>
/// mesh dataset manifest 3
/// format DATA_FORMAT_CSV
/// option {json}                      (how the files are read, as found)
/// column {json}                      (each column's name and type, in order)
/// label Trouser                      (each label name, in order)
/// file {sha256} {bytes} {path}       (each file, sorted by path, ordinal)
/// rejected {count} {sha256}          (of the stored ordinals)
/// </code>
/// Neither names nor paths contain control characters, and JSON escapes them, so no two manifests read the same. What is
/// rejected depends on this service's limits and code besides the files; without it, results of other records would pass for
/// results of these.
/// </summary>
internal static class Manifest
{
    public static string Digest(DataFormat format, RecordLayout layout, IEnumerable<SourceFile> files, long rejected, byte[] rejections)
    {
        var text = new StringBuilder("mesh dataset manifest 3\n").Append(Layout(format, layout));
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            text.Append("file ").Append(file.Digest.Hex).Append(' ').Append(file.Size).Append(' ').Append(file.Path).Append('\n');
        }

        text.Append("rejected ").Append(rejected).Append(' ').Append(Convert.ToHexStringLower(SHA256.HashData(rejections))).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>
    /// The lines that say how files are read. Whether a column has a value everywhere is not among them: the records say that
    /// themselves, and one that comes without a value changes nothing of those that were there before.
    /// </summary>
    public static StringBuilder Layout(DataFormat format, RecordLayout layout)
    {
        var text = new StringBuilder();
        text.Append("format ").Append(FormatNames.Of(format)).Append('\n');
        text.Append("option ").Append(JsonFormatter.Default.Format(layout.Options)).Append('\n');
        foreach (var column in layout.Schema.Columns)
        {
            text.Append("column ").Append(JsonFormatter.Default.Format(new Column { Name = column.Name, Type = column.Type })).Append('\n');
        }

        foreach (var label in layout.Labels.Names)
        {
            text.Append("label ").Append(label).Append('\n');
        }

        return text;
    }
}
