using System.Collections.Concurrent;
using Grpc.Core;
using Mesh.Blobs;
using Mesh.Ingest.Storage;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.Tests.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mesh.Ingest.Tests.Versions;

public sealed class VersionCheckTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_takes_long_is_told_of_all_the_while()
    {
        await using var host = await IngestHost.StartAsync();
        await host.Datasets.CreateAsync("digits");
        var version = await host.Datasets.CommitAsync("digits", Idx.Pair("train", 9));
        var (time, store, told) = (new ManualTime(), new PausedVerify(host.Services.GetRequiredService<IBlobStore>()), new Told());
        var check = new VersionCheck(host.Services.GetRequiredService<IDbContextFactory<IngestDb>>(), store, time, NullLogger<VersionCheck>.Instance);

        using (var gone = new CancellationTokenSource())
        {
            var left = check.RunAsync(version.Name, new Told(), gone.Token);
            await Eventually.BecomesTrueAsync(() => time.Waiting == 1, Soon, "it waits");
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
            Assert.Equal(1, store.Cancelled);
        }

        var running = check.RunAsync(version.Name, told, Cancel);
        for (var beat = 1; beat <= 3; beat++)
        {
            await Eventually.BecomesTrueAsync(() => time.Waiting == 1 && told.Messages.Count == beat, Soon, "it waits");
            // No proxy of ours cuts a call on which something moves that often.
            time.Advance(TimeSpan.FromSeconds(15));
        }

        await Eventually.BecomesTrueAsync(() => told.Messages.Count == 4, Soon, "the last beat is told");
        store.LetGo();
        await running;
        Assert.Equal([0, 7, 7, 7], told.Messages.Take(4).Select(m => m.Progress.Done));
        Assert.All(told.Messages, m => Assert.Empty(m.Problems));
        Assert.Equal(("verified", version.Files.Sum(f => f.SizeBytes)), (told.Messages.Last().Progress.Stage, told.Messages.Last().Progress.Done));
    }

    private sealed class Told : IServerStreamWriter<VerifyDatasetVersionResponse>
    {
        public ConcurrentQueue<VerifyDatasetVersionResponse> Messages { get; } = new();

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(VerifyDatasetVersionResponse message)
        {
            Messages.Enqueue(message);
            return Task.CompletedTask;
        }

        public Task WriteAsync(VerifyDatasetVersionResponse message, CancellationToken cancellationToken) => WriteAsync(message);
    }
}
