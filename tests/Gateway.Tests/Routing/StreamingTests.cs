using Grpc.Core;
using Mesh.Gateway.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

public class StreamingTests
{
    private static readonly GatewayOptions ShortActivity = new() { ActivityTimeoutSeconds = 2 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_stream_arrives_in_order()
    {
        await using var rig = await IngestRig.StartAsync();
        using var call = rig.Datasets.ReadRecords(new ReadRecordsRequest { Name = "projects/p/datasets/d/versions/1", Limit = 1000 }, cancellationToken: Cancel);
        var indices = new List<long>();
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancel))
        {
            indices.Add(message.Records.Single().Index);
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), indices);
    }

    [Fact]
    public async Task Heartbeats_keep_a_watch_open_longer_than_the_activity_timeout()
    {
        await using var rig = await IngestRig.StartAsync(ShortActivity);
        using var watch = rig.Datasets.WatchDatasetVersion(new WatchDatasetVersionRequest { Name = "projects/p/datasets/beats/versions/1" }, cancellationToken: Cancel);
        var (beats, took) = await Calls.TimedAsync(async () =>
        {
            var count = 0;
            while (count < 12 && await watch.ResponseStream.MoveNext(Cancel))
            {
                count++;
            }

            return count;
        });
        Assert.Equal(12, beats);
        Assert.True(took > TimeSpan.FromSeconds(2 * ShortActivity.ActivityTimeoutSeconds), $"{took} is too short to prove anything");
    }

    [Fact]
    public async Task A_watch_on_which_nothing_moves_is_cut_and_said_to_be_unavailable()
    {
        await using var rig = await IngestRig.StartAsync(ShortActivity);
        using var watch = rig.Datasets.WatchDatasetVersion(new WatchDatasetVersionRequest { Name = "projects/p/datasets/hangs/versions/1" }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Calls.IsUnavailable(await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(Cancel)), "SERVICE_UNAVAILABLE");
        await Eventually.BecomesTrueAsync(() => rig.Service.Watching == 0, GatewayRig.Patience, "the service hears that the watch is over");
    }

    [Fact]
    public async Task A_unary_call_on_which_nothing_moves_is_cut()
    {
        await using var rig = await IngestRig.StartAsync(ShortActivity);
        Calls.IsUnavailable(
            await Assert.ThrowsAsync<RpcException>(async () => await rig.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = "projects/p/datasets/hangs" }, cancellationToken: Cancel)),
            "SERVICE_UNAVAILABLE");
    }

    [Fact]
    public async Task A_watcher_that_leaves_ends_the_watch_at_the_service()
    {
        await using var rig = await IngestRig.StartAsync();
        var watch = rig.Datasets.WatchDatasetVersion(new WatchDatasetVersionRequest { Name = "projects/p/datasets/beats/versions/1" }, cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal(1, rig.Service.Watching);
        watch.Dispose();
        await Eventually.BecomesTrueAsync(() => rig.Service.Watching == 0, GatewayRig.Patience, "the service hears that the watcher left");
    }

    [Fact]
    public async Task A_watch_as_JSON_streams_over_HTTP_1()
    {
        await using var rig = await IngestRig.StartAsync();
        using var response = await rig.Gateway.Rest.GetAsync("/v1/projects/p/datasets/beats/versions/1:watch", HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var body = await response.Content.ReadAsStreamAsync(Cancel);
        using var reader = new StreamReader(body);
        Assert.Contains("JOB_STATE_RUNNING", await reader.ReadLineAsync(Cancel));
        Assert.Contains("JOB_STATE_RUNNING", await reader.ReadLineAsync(Cancel));
    }
}
