using Mesh.Ingest.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions.Cooling;

/// <summary>Remembers when a version was last read. A row is written at most once an hour, however much is read.</summary>
internal sealed class VersionUse(TimeProvider time)
{
    private static readonly long Interval = TimeSpan.FromHours(1).Ticks;

    /// <summary>Every version that has the file, for whoever asks by its digest.</summary>
    public async Task TouchAsync(IngestDb db, string project, string sha256, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        var unread = db.Versions.Where(v => v.Project == project && v.LastReadTicks < now - Interval
            && db.Files.Any(f => f.Project == project && f.DatasetId == v.DatasetId && f.Version == v.Version && f.Sha256 == sha256));
        // Looked at first: an update takes a lock, even of no row.
        if (await unread.AnyAsync(cancel))
        {
            await unread.ExecuteUpdateAsync(set => set.SetProperty(v => v.LastReadTicks, now), cancel);
        }
    }

    public async Task TouchAsync(IngestDb db, VersionRow row, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        if (now - row.LastReadTicks > Interval)
        {
            await db.Versions.Of(row.Key()).ExecuteUpdateAsync(set => set.SetProperty(v => v.LastReadTicks, now), cancel);
        }
    }
}
