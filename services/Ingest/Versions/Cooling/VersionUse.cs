using Mesh.Ingest.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions.Cooling;

/// <summary>Remembers when a version was last read. A row is written at most once an hour, however much is read.</summary>
internal sealed class VersionUse(TimeProvider time)
{
    private static readonly long Interval = TimeSpan.FromHours(1).Ticks;

    public async Task TouchAsync(IngestDb db, VersionRow row, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcTicks;
        if (now - row.LastReadTicks > Interval)
        {
            await db.Versions.Of(row.Key()).ExecuteUpdateAsync(set => set.SetProperty(v => v.LastReadTicks, now), cancel);
        }
    }
}
