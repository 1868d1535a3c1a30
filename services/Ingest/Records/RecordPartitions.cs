using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Records;

/// <summary>
/// Cuts versions into runs of records: small files that follow each other share a partition, large ones have several. Which
/// of the small ones end a partition is drawn by their names (content-defined chunking), so a file that comes or goes
/// changes the partition it is in and leaves the others as they are.
/// </summary>
internal sealed class RecordPartitions(IDbContextFactory<IngestDb> databases, RecordFormats formats)
{
    private const long DefaultTarget = 50_000;
    private const long SmallestTarget = 100;
    private const int MaxPartitions = 10_000;

    /// <summary>A partition of small files ends at the latest when it is so many times larger than it should be.</summary>
    private const int MaxShare = 4;

    /// <summary>Bytes that a reader may go through in vain before it reaches its first record: less time than a process takes to start.</summary>
    private const long FreeWalk = 8 << 20;

    /// <summary>Partitions of a file that can only be read from its start: together they read it two and a half times, where each stands for a process.</summary>
    private const int MostOfWalked = 4;

    public async Task<ListRecordPartitionsResponse> ListAsync(ListRecordPartitionsRequest request, CancellationToken cancel)
    {
        var key = VersionKey.Parse(request.Parent, "parent");
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await VersionStore.FindAsync(db, key, cancel);
        VersionStore.CheckReady(row);
        var version = row.ToVersion(await db.Files.AsNoTracking().Of(key).ToListAsync(cancel));
        var target = request.TargetRecords == 0 ? DefaultTarget : request.TargetRecords;
        if (target < SmallestTarget || version.Splits.Sum(s => s.RecordCount) / target > MaxPartitions)
        {
            throw MeshError.Invalid("target_records", $"must be at least {SmallestTarget}, and give at most {MaxPartitions} partitions.");
        }

        return new ListRecordPartitionsResponse { Partitions = { Cut(version, formats[version.Format].FilesAreIndependent, target) } };
    }

    public static IEnumerable<RecordPartition> Cut(DatasetVersion version, bool independent, long target)
    {
        var layout = Manifest.Layout(version.Format, RecordLayout.Of(version)).ToString();
        foreach (var split in version.Splits)
        {
            var offset = 0L;
            foreach (var (count, facts) in independent ? OfFiles(version, split.Name, target) : OfWhole(version, split, target))
            {
                var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"mesh record partition 1\nsplit {split.Name}\n{layout}{facts}")));
                yield return new RecordPartition { Split = split.Name, Offset = offset, RecordCount = count, Digest = digest };
                offset += count;
            }
        }
    }

    private static IEnumerable<(long Count, string Facts)> OfFiles(DatasetVersion version, string split, long target)
    {
        var (count, facts) = (0L, new StringBuilder());
        foreach (var file in version.Files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            if (!file.RecordCounts.TryGetValue(split, out var records))
            {
                continue;
            }

            if (count > 0 && (records > target || count + records > MaxShare * target))
            {
                yield return (count, facts.ToString());
                (count, facts) = (0, new StringBuilder());
            }

            if (records <= target)
            {
                facts.Append(Describe(file)).Append('\n');
                count += records;
                if (Draw(file.Path) < (double)records / target)
                {
                    yield return (count, facts.ToString());
                    (count, facts) = (0, new StringBuilder());
                }

                continue;
            }

            var size = SizeIn(file, records, target);
            for (var start = 0L; start < records; start += size)
            {
                var part = Math.Min(size, records - start);
                yield return (part, $"{Describe(file)} {start} {part}\n");
            }
        }

        if (count > 0)
        {
            yield return (count, facts.ToString());
        }
    }

    /// <summary>Records of a partition of a large file: no fewer than are passed over to reach them, where there are not too many of these.</summary>
    private static long SizeIn(DatasetFile file, long records, long target)
    {
        if (file.WalkBytes <= FreeWalk)
        {
            return target;
        }

        var walked = (long)Math.Ceiling((double)records * file.WalkBytes / Math.Max(file.SizeBytes, file.WalkBytes));
        return Math.Max(target, Math.Min(walked, (records + MostOfWalked - 1) / MostOfWalked));
    }

    // Every record may depend on every file.
    private static IEnumerable<(long Count, string Facts)> OfWhole(DatasetVersion version, Split split, long target)
    {
        var files = string.Concat(version.Files.Select(f => Describe(f) + "\n"));
        for (var start = 0L; start < split.RecordCount; start += target)
        {
            var part = Math.Min(target, split.RecordCount - start);
            yield return (part, $"{files}range {start} {part}\n");
        }
    }

    /// <summary>0 to 1, by the name alone.</summary>
    private static double Draw(string path) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(path))) / (double)ulong.MaxValue;

    // The path is part of what a reader sees, and of labels.
    private static string Describe(DatasetFile file) => $"file {file.Sha256} {file.Selection} {file.Path}";
}
