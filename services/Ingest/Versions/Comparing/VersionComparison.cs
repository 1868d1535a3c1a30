using Grpc.Core;
using Mesh.Ingest.Records;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using static Mesh.Ingest.V1.DiffDatasetVersionsResponse.Types;

namespace Mesh.Ingest.Versions.Comparing;

/// <summary>The body of DiffDatasetVersions. Memory holds the hashes of one record in 256; disk takes about 100 bytes a record meanwhile.</summary>
internal sealed class VersionComparison(VersionRecords versions, WorkFolder work, TimeProvider time)
{
    private const int ChangesSent = 1000;
    private const int RecordsPerLook = 1024;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public async Task RunAsync(DiffDatasetVersionsRequest request, IServerStreamWriter<DiffDatasetVersionsResponse> stream, CancellationToken cancel)
    {
        if (VersionKey.Parse(request.BaseVersion, "base_version") is var other && VersionKey.Parse(request.Name) is var key
            && (other.Project, other.DatasetId) != (key.Project, key.DatasetId))
        {
            throw MeshError.Invalid("base_version", "must be a version of the same dataset.");
        }

        var (now, before) = (await versions.OpenAsync(request.Name, cancel), await versions.OpenAsync(request.BaseVersion, cancel));
        var changes = FileChanges(now.Version, before.Version).ToList();
        await stream.WriteAsync(new DiffDatasetVersionsResponse { Files = { changes } }, cancel);
        var last = new DiffDatasetVersionsResponse { FileTotals = TotalsOf(changes, now.Version.Files.Count) };
        if (request.Records)
        {
            await versions.GuardAsync(request.Name, () => CompareRecordsAsync(now, before, last, stream, cancel), cancel);
        }

        await stream.WriteAsync(last, cancel);
    }

    private static IEnumerable<FileChange> FileChanges(DatasetVersion now, DatasetVersion before)
    {
        var old = before.Files.ToDictionary(f => f.Path);
        foreach (var file in now.Files)
        {
            if (!old.Remove(file.Path, out var was))
            {
                yield return new FileChange { Change = Change.Added, Path = file.Path, SizeBytes = file.SizeBytes };
            }
            else if (was.Sha256 != file.Sha256)
            {
                yield return new FileChange { Change = Change.Changed, Path = file.Path, SizeBytes = file.SizeBytes, BaseSizeBytes = was.SizeBytes };
            }
        }

        foreach (var file in old.Values.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            yield return new FileChange { Change = Change.Removed, Path = file.Path, BaseSizeBytes = file.SizeBytes };
        }
    }

    private static Totals TotalsOf(List<FileChange> changes, int files)
    {
        var totals = new Totals
        {
            Added = changes.Count(c => c.Change == Change.Added),
            Removed = changes.Count(c => c.Change == Change.Removed),
            Changed = changes.Count(c => c.Change == Change.Changed),
        };
        totals.Unchanged = files - totals.Added - totals.Changed;
        return totals;
    }

    private async Task CompareRecordsAsync(
        OpenedVersion now, OpenedVersion before, DiffDatasetVersionsResponse last, IServerStreamWriter<DiffDatasetVersionsResponse> stream,
        CancellationToken cancel)
    {
        using var buckets = new HashBuckets(work.Path);
        var (done, total) = (0L, now.Version.Splits.Concat(before.Version.Splits).Sum(s => s.RecordCount));
        var reported = time.GetTimestamp();
        foreach (var (version, isBase) in new[] { (before, true), (now, false) })
        {
            var identities = new RecordIdentity(version);
            await foreach (var cursor in version.ReadAllAsync(cancel))
            {
                buckets.Add(identities.Of(cursor, isBase));
                if (++done % RecordsPerLook == 0 && time.GetElapsedTime(reported) > ReportEvery)
                {
                    await stream.WriteAsync(new DiffDatasetVersionsResponse { Progress = new Progress { Stage = "read records", Done = done, Total = total } }, cancel);
                    reported = time.GetTimestamp();
                }
            }
        }

        var changes = new RecordChanges(ChangesSent);
        foreach (var bucket in buckets.Buckets())
        {
            changes.Add(bucket, cancel);
        }

        last.RecordTotals = changes.Totals;
        last.Records.Add(changes.First);
    }
}
