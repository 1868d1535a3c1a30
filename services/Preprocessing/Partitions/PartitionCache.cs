using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Partitions;

/// <summary>What came of partitions in runs that succeeded. All of it runs in the caller's transaction.</summary>
internal static class PartitionCache
{
    /// <summary>Keys in one query; databases bound the number of its parameters.</summary>
    private const int AtOnce = 500;

    /// <summary>Those of the keys that there is something for.</summary>
    public static async Task<Dictionary<string, byte[]>> FindAsync(PreprocessingDb db, string project, IEnumerable<string> keys, CancellationToken cancel)
    {
        var found = new Dictionary<string, byte[]>();
        foreach (var some in keys.Distinct().Chunk(AtOnce))
        {
            foreach (var row in await db.PartitionCache.AsNoTracking().Where(c => c.Project == project && some.Contains(c.Key)).ToListAsync(cancel))
            {
                found[row.Key] = row.Description;
            }
        }

        return found;
    }

    /// <summary>Keeps the results of a run for others, as long as its dataset is there.</summary>
    /// <returns>The blobs that they are made of.</returns>
    public static async Task<IEnumerable<string>> KeepAsync(
        PreprocessingDb db, string project, string datasetId, IReadOnlyCollection<RunResultRow> results, CancellationToken cancel)
    {
        // Partitions with the same records have the same results.
        var different = results.DistinctBy(r => r.Key).ToList();
        var known = await FindAsync(db, project, different.Select(r => r.Key), cancel);
        db.PartitionCache.AddRange(different.Where(r => !known.ContainsKey(r.Key)).Select(r => new PartitionCacheRow { Project = project, Key = r.Key, Description = r.Description }));
        db.PartitionUses.AddRange(different.Select(r => new PartitionUseRow { Project = project, DatasetId = datasetId, Key = r.Key }));
        return different.SelectMany(r => BlobsOf(r.Description)).Distinct();
    }

    /// <summary>Removes what this dataset alone uses. Call it before the dataset is deleted.</summary>
    public static Task ReleaseAsync(PreprocessingDb db, string project, string datasetId, CancellationToken cancel) =>
        db.PartitionCache
            .Where(c => c.Project == project && db.PartitionUses.Any(u => u.Project == project && u.Key == c.Key && u.DatasetId == datasetId))
            .Where(c => !db.PartitionUses.Any(u => u.Project == project && u.Key == c.Key && u.DatasetId != datasetId))
            .ExecuteDeleteAsync(cancel);

    /// <summary>The blobs that a result is made of.</summary>
    public static IEnumerable<string> BlobsOf(byte[] description)
    {
        var result = PartitionResult.Parser.ParseFrom(description);
        return result.Splits.SelectMany(s => s.Shards).Select(s => s.Sha256).Append(result.Facts).Append(result.Fit).Where(digest => digest.Length > 0);
    }
}
