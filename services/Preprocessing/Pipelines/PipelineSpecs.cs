using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Specs;
using Pipeline = Mesh.Preprocessing.V1.Pipeline;

namespace Mesh.Preprocessing.Pipelines;

/// <summary>A pipeline's proto as the transforms understand it, and the key of its results.</summary>
internal static class PipelineSpecs
{
    /// <summary>Raise it when the shards of the same input and specification change.</summary>
    public const int ShardVersion = 3;

    /// <summary>Ingest cuts no smaller partitions.</summary>
    private const long SmallestPartition = 100;

    /// <summary>A worker holds a byte for each record of its partition; one that reads more has no advantage of it.</summary>
    private const long LargestPartition = 10_000_000;

    public static PipelineSpec ToSpec(Pipeline pipeline) =>
        new([.. pipeline.Transforms.Select(ToSpec)], [.. pipeline.Outputs]);

    private static TransformSpec ToSpec(Transform transform) => TransformSpec.Of(
        transform.Type, transform.Parameters is null ? "{}" : JsonFormatter.Default.Format(transform.Parameters),
        [.. transform.Inputs], [.. transform.Outputs], transform.Name);

    /// <exception cref="MeshException">INVALID_ARGUMENT with everything that is wrong, by field.</exception>
    public static void Check(Pipeline? pipeline, Violations violations)
    {
        if (pipeline is null)
        {
            violations.Add("pipeline", "is missing.");
            return;
        }

        if (IsReadable(pipeline, violations))
        {
            foreach (var violation in Transforms.Pipeline.Validate(ToSpec(pipeline)))
            {
                violations.Add($"pipeline.{violation.Field}", Sentence(violation));
            }
        }

        SplitSpecs.Check(pipeline.Split, "pipeline.split", violations);
        violations.Require(
            pipeline.PartitionRecords is 0 or (>= SmallestPartition and <= LargestPartition), "pipeline.partition_records", $"must be from {SmallestPartition} to {LargestPartition}, or 0 for the default.");
        violations.Require(pipeline.DisplayName.Length <= 200 && !pipeline.DisplayName.Any(char.IsControl), "pipeline.display_name", "use at most 200 printable characters.");
    }

    /// <summary>Whether every transform's parameters have a form in JSON; a Struct can hold values of no kind, NaN and any depth.</summary>
    /// <param name="violations">Hears of those that have not.</param>
    public static bool IsReadable(Pipeline pipeline, Violations violations)
    {
        var all = true;
        for (var i = 0; i < pipeline.Transforms.Count; i++)
        {
            try
            {
                ToSpec(pipeline.Transforms[i]);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                violations.Add($"pipeline.transforms[{i}].parameters", "is not JSON: a value is missing, not a number or nested too deeply.");
                all = false;
            }
        }

        return all;
    }

    /// <summary>A description with its full stop.</summary>
    public static string Sentence(SpecViolation violation) => violation.Description.EndsWith('?') ? violation.Description : $"{violation.Description}.";

    /// <summary>SHA-256, hex, over all that decides the result: the input's digest, the specification and the versions of what computes it.</summary>
    public static string Key(Pipeline pipeline, string inputDigest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Encoding.UTF8.GetBytes(inputDigest));
        Append(Transforms.Pipeline.CanonicalBytes(ToSpec(pipeline)));
        Append(Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(SplitSpecs.Resolve(pipeline.Split))));
        Append(BitConverter.GetBytes(pipeline.PartitionRecords));
        Append(BitConverter.GetBytes(ShardVersion));
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // Lengths first, so that no two lists of parts have the same bytes.
        void Append(byte[] part)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }
    }
}
