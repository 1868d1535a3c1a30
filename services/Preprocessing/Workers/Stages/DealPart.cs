using System.Security.Cryptography;
using Google.Protobuf;
using Mesh.Preprocessing.Splitting;
using Mesh.Preprocessing.V1;

namespace Mesh.Preprocessing.Workers.Stages;

/// <summary>
/// Decides where every record of a version belongs. One process for all, because classes are counted and equal records found
/// over all partitions; it sees 32 bytes of each record.
/// </summary>
internal static class DealPart
{
    public static async Task<DealResult> RunAsync(RunInput input, DealRecords work, CancellationToken cancel)
    {
        var facts = Path.Combine(input.Folder, "facts");
        await using (var file = File.Create(facts))
        {
            for (var i = 0; i < work.Facts.Count; i++)
            {
                await input.Blobs.CopyAsync(work.Facts[i], file, cancel);
                input.Session.Progress("deal", i + 1, work.Facts.Count);
            }
        }

        var result = new DealResult();
        var records = work.RecordCounts.Sum();
        using (var dealing = new Dealing(input.Rule, input.Folder))
        {
            dealing.Learn(() => work.Facts.Count > 0 ? FactsFile.Read(facts) : Nothing(records), cancel);
            File.Delete(facts);
            input.Session.ThrowIfYieldRequested();
            if (dealing.FindDuplicates(cancel) is { } duplicates)
            {
                await input.CheckAsync(duplicates, cancel);
                result.DuplicateRecords = duplicates.Count;
            }
        }

        var assignment = Dealing.AssignmentPath(input.Folder);
        result.Partitions.Add(await DigestsAsync(assignment, work.RecordCounts, cancel));
        result.Assignment = await input.Blobs.StoreFileAsync(assignment, cancel);
        result.Learned = await Learning.StandAsync(input, input.Pipeline.Unfitted, cancel);
        return result;
    }

    // When nothing decides but the number of a record.
    private static IEnumerable<RecordFacts> Nothing(long records)
    {
        for (var i = 0L; i < records; i++)
        {
            yield return default;
        }
    }

    private static async Task<List<DealtPartition>> DigestsAsync(string path, IEnumerable<long> counts, CancellationToken cancel)
    {
        var partitions = new List<DealtPartition>();
        var buffer = new byte[64 * 1024];
        await using var file = File.OpenRead(path);
        foreach (var count in counts)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var partition = new DealtPartition();
            for (var left = count; left > 0;)
            {
                var read = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
                await file.ReadExactlyAsync(read, cancel);
                hash.AppendData(read.Span);
                partition.TrainingRecords += read.Span.Count((byte)Part.Train);
                left -= read.Length;
            }

            partition.Digest = ByteString.CopyFrom(hash.GetHashAndReset());
            partitions.Add(partition);
        }

        return partitions;
    }
}
