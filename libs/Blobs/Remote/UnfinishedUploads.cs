using Mesh.Blobs.Options;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Blobs.Remote;

/// <summary>Discards, at the start and once a day, what killed processes left of their uploads: it costs money and nobody sees it.</summary>
internal sealed class UnfinishedUploads(IServiceProvider services, IOptions<BlobOptions> options, TimeProvider time, ILogger<UnfinishedUploads> logger) : BackgroundService
{
    /// <summary>No live upload takes so long.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.HasRemote)
        {
            return;
        }
        // Made now, if nobody needed it yet.
        _ = services.GetRequiredService<IBlobStore>();
        var remotes = services.GetRequiredService<BlobStoreFactory>().Remotes;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            foreach (var remote in remotes)
            {
                await DiscardAsync(remote, stoppingToken);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task DiscardAsync(RemoteBlobStore remote, CancellationToken cancellation)
    {
        try
        {
            if (await remote.DiscardUnfinishedAsync(time.GetUtcNow() - Abandoned, cancellation) is > 0 and var count)
            {
                logger.UnfinishedDiscarded(count);
            }
        }
        catch (BlobStoreException fault)
        {
            logger.UnfinishedUnknown(fault.Message);
        }
    }
}
