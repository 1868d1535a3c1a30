using System.Diagnostics;
using Grpc.Net.Client;
using Mesh.Inference.Tests.Support;
using Mesh.OpenInference;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using static Mesh.Inference.Tests.Support.SimpleRequest;

namespace Mesh.Inference.Tests.Serving;

/// <summary>The real process: how it stops, how it refuses to start, what it keeps in memory.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private FakeDirectory directory = null!;

    public async ValueTask InitializeAsync() => directory = await FakeDirectory.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await directory.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Told_to_stop_it_says_so_finishes_and_ends_within_five_seconds()
    {
        var model = await new BundleFolder(folder.Path).StoreAsync("simple", "1", TestBundles.Simple());
        directory.Want(model);
        using var replica = InferenceProcess.Start(folder.Path, directory.Address);
        await ServesAsync(model, replica);
        using var channel = GrpcChannel.ForAddress(directory.Last!.Address);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var answers = 0;
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            // As the gateway would: sends until it hears that the replica takes no more.
            while (directory.Last!.Accepting)
            {
                var response = await client.ModelInferAsync(Raw(Counting(1), Counting(2)), cancellationToken: Cancel);
                Assert.Equal(3, Values<int>(response.RawOutputContents[0])[0]);
                Interlocked.Increment(ref answers);
            }
        })).ToArray();
        await Eventually.BecomesTrueAsync(() => Volatile.Read(ref answers) > 100, Patience, "answers under load");

        var clock = Stopwatch.StartNew();
        replica.Terminate();
        await Task.WhenAll(load);
        await replica.Process.WaitForExitAsync(Cancel);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(0, replica.Process.ExitCode);
        Assert.False(directory.Last!.Accepting);
        Assert.DoesNotContain("fail:", replica.Output);
    }

    [Fact]
    public async Task Without_a_directory_it_stops_at_once()
    {
        await directory.StopAsync();
        using var replica = InferenceProcess.Start(folder.Path, directory.Address);
        await Eventually.BecomesTrueAsync(() => replica.Output.Contains("directory is away"), Patience, "loss noticed");
        var clock = Stopwatch.StartNew();
        replica.Terminate();
        await replica.Process.WaitForExitAsync(Cancel);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(0, replica.Process.ExitCode);
    }

    [Fact]
    public async Task It_refuses_to_start_with_a_provider_it_lacks()
    {
        using var replica = InferenceProcess.Start(folder.Path, directory.Address, ("Inference__ExecutionProvider", "cuda"), ("MESH_BIND", "0.0.0.0"));
        await replica.Process.WaitForExitAsync(Cancel);
        await Eventually.BecomesTrueAsync(() => replica.Output.Contains("build with -p:MeshAccelerator=cuda"), Patience, "the reason");
        Assert.Contains("MESH_ADVERTISE", replica.Output);
        Assert.DoesNotContain("   at ", replica.Output);
        Assert.Equal(1, replica.Process.ExitCode);
    }

    [Theory]
    [InlineData("Inference__IntraOpThreads", "0", "IntraOpThreads")]
    [InlineData("Inference__MaxBatchRows", "abc", "Inference:MaxBatchRows")]
    public async Task It_refuses_to_start_with_a_wrong_setting_in_one_line(string key, string value, string named)
    {
        using var replica = InferenceProcess.Start(folder.Path, directory.Address, (key, value));
        await replica.Process.WaitForExitAsync(Cancel);
        await Eventually.BecomesTrueAsync(() => replica.Output.Contains("crit: "), Patience, "the reason");
        Assert.Contains(named, replica.Output);
        Assert.DoesNotContain("   at ", replica.Output);
        Assert.Equal(1, replica.Process.ExitCode);
    }

    [Fact]
    public async Task Replaced_and_unloaded_models_give_their_memory_back()
    {
        var bundles = new BundleFolder(folder.Path);
        using var replica = InferenceProcess.Start(folder.Path, directory.Address);
        var after = new List<long>();
        for (var version = 1; version <= 6; version++)
        {
            var model = await bundles.StoreAsync("large", $"{version}", TestBundles.Large(version));
            directory.Want(model);
            await ServesAsync(model, replica);
            after.Add(Resident(replica));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"resident MiB: {string.Join(", ", after.Select(b => b >> 20))}");
        // Each version is 64 MiB of weights and more while it loads: six of them kept would be 400 MiB over the first.
        Assert.True(after[^1] < after[1] + (160L << 20), $"resident MiB after each version: {string.Join(", ", after.Select(b => b >> 20))}");
        directory.Want();
        await Eventually.BecomesTrueAsync(() => Resident(replica) < after[^1] - (48L << 20), Patience, $"less memory than {after[^1] >> 20} MiB after unloading");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static long Resident(InferenceProcess replica)
    {
        replica.Process.Refresh();
        return replica.Process.WorkingSet64;
    }

    private Task ServesAsync(DesiredModel model, InferenceProcess replica) => Eventually.BecomesTrueAsync(
        () => replica.Process.HasExited
            ? throw new InvalidOperationException(replica.Output)
            : directory.Model(model.Deployment) is { State: ServedModelState.Ready } served && served.ModelVersion == model.ModelVersion,
        Patience,
        $"{model.ModelVersion} served");
}
