using System.Security.Cryptography;
using System.Text.Json;
using Mesh.Preprocessing.V1;
using Mesh.Shards;

namespace Mesh.Scenarios.Pipelines;

/// <summary>A processed dataset with its rows, and what its pipeline has learned.</summary>
public sealed class ProcessedShards : IDisposable
{
    private ProcessedShards(ProcessedDataset dataset, IReadOnlyDictionary<string, SplitRows> splits, JsonElement fitted) =>
        (Dataset, Splits, Fitted) = (dataset, splits, fitted);

    public ProcessedDataset Dataset { get; }

    /// <summary>By the words train, validation and test; without those that have no rows.</summary>
    public IReadOnlyDictionary<string, SplitRows> Splits { get; }

    /// <summary>The fitted pipeline.</summary>
    public JsonElement Fitted { get; }

    /// <param name="folder">With its files, as they were downloaded.</param>
    public static ProcessedShards Open(ProcessedDataset dataset, string folder)
    {
        var splits = new Dictionary<string, SplitRows>();
        foreach (var split in dataset.Splits.Where(s => s.RowCount > 0))
        {
            var rows = new SplitRows(ShardSet.Open([.. split.Shards.Select(shard => Verified(shard.Path, shard.Sha256))]));
            splits.Add(split.Name, rows);
            Assert.Equal(split.RowCount, rows.Count);
            Assert.Equal(split.RowCount, split.Shards.Sum(shard => shard.RowCount));
            Assert.Equal(dataset.OutputColumns.Select(c => (c.Name, c.ElementType)), rows.Schema.Columns.Select(c => (c.Name, c.ElementType.ToString().ToLowerInvariant())));
        }

        using var fitted = JsonDocument.Parse(File.ReadAllBytes(Verified("fitted-pipeline.json", dataset.FittedPipelineSha256)));
        return new ProcessedShards(dataset, splits, fitted.RootElement.Clone());

        string Verified(string file, string sha256)
        {
            var path = Path.Combine(folder, file);
            using var content = File.OpenRead(path);
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
            return path;
        }
    }

    /// <summary>What a step has learned; by its name, or else its type.</summary>
    public JsonElement Learned(string step) => Fitted.GetProperty("transforms").EnumerateArray()
        .Single(t => (t.TryGetProperty("name", out var name) ? name : t.GetProperty("type")).GetString() == step).GetProperty("fitted");

    public void Dispose()
    {
        foreach (var rows in Splits.Values)
        {
            rows.Dispose();
        }
    }
}
