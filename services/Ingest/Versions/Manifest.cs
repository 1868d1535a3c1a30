using System.Security.Cryptography;
using System.Text;
using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Versions;

/// <summary>
/// What a version's digest covers, one fact a line, ended by "\n":
/// <code>
/// mesh dataset manifest 2
/// format DATA_FORMAT_IDX
/// label Trouser                      (each label name, in order)
/// file {sha256} {bytes} {path}       (each file, sorted by path, ordinal)
/// rejected {count} {sha256}          (of the stored ordinals)
/// </code>
/// Neither names nor paths contain control characters, so no two manifests read the same. What is rejected depends on this
/// service's limits and code besides the files; without it, results of other records would pass for results of these.
/// </summary>
internal static class Manifest
{
    public static string Digest(DataFormat format, LabelNames labels, IEnumerable<SourceFile> files, long rejected, byte[] rejections)
    {
        var text = new StringBuilder("mesh dataset manifest 2\n");
        text.Append("format ").Append(format == DataFormat.Idx ? "DATA_FORMAT_IDX" : "DATA_FORMAT_IMAGE_FOLDER").Append('\n');
        foreach (var label in labels.Names)
        {
            text.Append("label ").Append(label).Append('\n');
        }

        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            text.Append("file ").Append(file.Digest.Hex).Append(' ').Append(file.Size).Append(' ').Append(file.Path).Append('\n');
        }

        text.Append("rejected ").Append(rejected).Append(' ').Append(Convert.ToHexStringLower(SHA256.HashData(rejections))).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
