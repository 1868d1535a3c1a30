using System.Security.Cryptography;
using System.Text;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Partitions;

/// <summary>Keys of what comes of partitions: SHA-256, hex, over all that decides it and nothing else, so that another run can take it.</summary>
internal static class PartitionKeys
{
    /// <summary>Raise it when facts of the same records change.</summary>
    private const int FactsVersion = 1;

    /// <summary>Of a survey: the records and the columns that are looked at, and in what way.</summary>
    /// <param name="digest">Of the partition's records.</param>
    public static string OfSurvey(string digest, SplitRule rule, string split) => Hash(
    [
        "survey", $"{FactsVersion}", digest, rule.PartOf(split) is null && rule.Column is not null ? $"{WayOf(rule.Spec.Strategy)} {Describe(rule.Column)}" : "",
        .. rule.ComparesRecords ? rule.Features.Select(Describe) : [],
    ]);

    /// <summary>Of a pass of fitting.</summary>
    /// <param name="dealt">Where each of the records belongs, by its digest.</param>
    /// <param name="identity">Of the pipeline and what it had learned; see <see cref="Learned"/>.</param>
    public static string OfFit(string digest, ReadOnlySpan<byte> dealt, string identity) => Hash(["fit", digest, Convert.ToHexStringLower(dealt), identity]);

    /// <summary>Of shards.</summary>
    /// <param name="identity">Of the fitted pipeline.</param>
    public static string OfShards(string digest, ReadOnlySpan<byte> dealt, string identity) =>
        Hash(["shards", $"{PipelineSpecs.ShardVersion}", digest, Convert.ToHexStringLower(dealt), identity]);

    /// <summary>Over parts, lengths first, so that no two lists have the same bytes.</summary>
    public static string Hash(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Classes and groups are looked at in the same way.
    private static string WayOf(SplitStrategy strategy) => strategy switch
    {
        SplitStrategy.Time => "time",
        SplitStrategy.Predefined => "part",
        _ => "value",
    };

    private static string Describe(RecordColumn column) => $"{column.Kind.Word} {column.Name}";
}
