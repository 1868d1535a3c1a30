using System.Net;
using Grpc.Core;
using Mesh.Inference.Tests.Support;
using Mesh.ModelGraph.Bundles;
using Mesh.OpenInference;
using Mesh.Registry.V1;
using Mesh.Tests.Shared;
using static Mesh.Inference.Tests.Support.SimpleRequest;

namespace Mesh.Inference.Tests.Serving;

/// <summary>How models come, are replaced and go, as the directory wants it.</summary>
public sealed class ModelLifeTests : IAsyncLifetime
{
    private const string Deployment = "projects/default/deployments/plus";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private InferenceHost host = null!;

    public async ValueTask InitializeAsync() => host = await InferenceHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task It_is_ready_when_the_first_desired_state_is_applied()
    {
        using var probes = new HttpClient { BaseAddress = new Uri(host.HttpAddress) };
        Assert.Equal(HttpStatusCode.OK, (await probes.GetAsync("/alive", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await probes.GetAsync("/health", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Http.GetAsync("/v2/health/ready", Cancel)).StatusCode);
        Assert.False((await host.OpenInference.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Cancel)).Ready);

        // A broken model does not keep the replica from serving the others.
        var broken = await host.StoreAsync("broken", "1", TestBundles.Broken());
        var good = await host.StoreAsync("plus", "1", TestBundles.Plus(1));
        host.Directory.Want(broken, good);
        await Eventually.BecomesTrueAsync(async () => (await probes.GetAsync("/health", Cancel)).IsSuccessStatusCode, Patience, "health");
        Assert.Equal(11f, await InferAsync(10));
        await host.ReportsAsync(broken.Deployment, m => m.State == ServedModelState.Failed);
    }

    [Fact]
    public async Task It_reports_at_once_and_keeps_reporting()
    {
        await Eventually.BecomesTrueAsync(() => host.Directory.Reports.Count >= 3, TimeSpan.FromSeconds(5), "three reports");
        var report = host.Directory.Last!;
        Assert.Equal(host.Address, report.Address);
        Assert.True(report.Accepting);
        Assert.StartsWith("replica-", report.ReplicaId);
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        await InferAsync(1);
        await host.ReportsAsync(Deployment, m => m.RequestCount == 1);
    }

    [Fact]
    public async Task Versions_swap_under_load_without_a_failed_request()
    {
        await host.ServeAsync("plus", "1", TestBundles.Plus(1000));
        using var done = new CancellationTokenSource();
        var answers = 0;
        var load = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                var request = Request(i % 100);
                var response = await host.OpenInference.ModelInferAsync(request, cancellationToken: Cancel);
                // The answer is that of the version that signed it.
                Assert.Equal((i % 100) + (1000 * int.Parse(response.ModelVersion)), Values<float>(response.RawOutputContents[0])[0]);
                Interlocked.Increment(ref answers);
            }
        })).ToArray();
        for (var version = 2; version <= 8; version++)
        {
            await host.ServeAsync("plus", $"{version}", TestBundles.Plus(1000 * version));
            var seen = Volatile.Read(ref answers);
            await Eventually.BecomesTrueAsync(() => Volatile.Read(ref answers) > seen + 50 || load.Any(t => t.IsFaulted), Patience, "answers");
        }

        await done.CancelAsync();
        await Task.WhenAll(load);
    }

    public static TheoryData<string, Func<BundleContent>, string> BrokenBundles => new()
    {
        { "model", TestBundles.Broken, "model.onnx: " },
        { "names", () => TestBundles.Plus(1) with { Signature = new("tensors", [new("z", "FP32", [-1, 4])], [new("y", "FP32", [-1, 4])]) }, "signature.json: names the inputs z; model.onnx has x" },
        { "datatype", () => TestBundles.Plus(1) with { Signature = new("tensors", [new("x", "FP64", [-1, 4])], [new("y", "FP32", [-1, 4])]) }, "signature.json: input x is FP64; in model.onnx it is Float" },
        { "shape", () => TestBundles.Plus(1) with { Signature = new("tensors", [new("x", "FP32", [-1, 5])], [new("y", "FP32", [-1, 4])]) }, "signature.json: input x is [-1,5]; in model.onnx it is [-1,4]" },
        { "classes", () => TestBundles.Plus(1) with { Signature = new(BundleSignature.ImageClassification, [new("x", "FP32", [-1, 4])], [new("y", "FP32", [-1, 1])]), Transforms = TestBundles.Brightness().Transforms }, "an image classifier has one FP32 input of [-1,1,4,4]" },
        { "no image", () => TestBundles.Brightness() with { Transforms = TestBundles.LabelsAlone() }, "transforms.json: an image classifier makes a column image of nothing but an image" },
        { "transforms", () => TestBundles.Brightness() with { Transforms = "{}"u8.ToArray() }, "transforms.json: " },
    };

    [Theory]
    [MemberData(nameof(BrokenBundles), DisableDiscoveryEnumeration = true)]
    public async Task A_broken_version_never_takes_over(string what, Func<BundleContent> make, string error)
    {
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        await host.WantAsync("plus", "2", make());
        await host.ReportsAsync(Deployment, m => m.State == ServedModelState.Failed && m.Error.Contains(error, StringComparison.Ordinal));
        Assert.Equal("projects/default/models/m/versions/1", host.Directory.Model(Deployment)!.ModelVersion);
        Assert.DoesNotContain(host.StateFolder, host.Directory.Model(Deployment)!.Error);
        Assert.Equal(11f, await InferAsync(10));
        Assert.NotEmpty(what);

        // Back to the version that serves, and on to one that works.
        await host.WantAsync("plus", "1", TestBundles.Plus(1));
        await host.ReportsAsync(Deployment, m => m.State == ServedModelState.Ready && m.Error.Length == 0);
        await host.ServeAsync("plus", "3", TestBundles.Plus(3));
        Assert.Equal(13f, await InferAsync(10));
    }

    [Fact]
    public async Task A_missing_bundle_is_served_when_it_arrives()
    {
        var content = TestBundles.Plus(4);
        using var file = new MemoryStream();
        host.Directory.Want(new DesiredModel { Deployment = Deployment, ModelVersion = "projects/default/models/m/versions/1", BundleSha256 = ModelBundle.Write(file, content) });
        await host.ReportsAsync(Deployment, m => m.State == ServedModelState.Failed && m.Error.Contains("There is no blob", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<RpcException>(() => InferAsync(1));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        await host.StoreAsync("plus", "1", content);
        await host.ReportsAsync(Deployment, m => m.State == ServedModelState.Ready);
        Assert.Equal(5f, await InferAsync(1));
    }

    [Fact]
    public async Task A_damaged_bundle_is_refused()
    {
        var model = await host.StoreAsync("plus", "1", TestBundles.Plus(4));
        var path = System.IO.Directory.EnumerateFiles(host.StateFolder, model.BundleSha256, SearchOption.AllDirectories).Single();
        File.SetAttributes(path, FileAttributes.Normal);
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[1000] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        host.Directory.Want(model);
        await host.ReportsAsync(Deployment, m => m.State == ServedModelState.Failed && m.Error.Contains("is damaged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_no_longer_wanted_is_unloaded()
    {
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        await host.ServeAsync("simple", "1", TestBundles.Simple());
        host.Unwant("plus");
        await Eventually.BecomesTrueAsync(() => host.Directory.Last!.Models.Count == 1, Patience, "one model left");
        var refused = await Assert.ThrowsAsync<RpcException>(() => InferAsync(1));
        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
        await Eventually.BecomesTrueAsync(() => host.Logs.Entries.Any(e => e.Message.Contains("is unloaded")), Patience, "unloaded");
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        Assert.Equal(2f, await InferAsync(1));
    }

    [Fact]
    public async Task It_answers_until_the_directory_has_heard_that_a_deployment_leaves()
    {
        await using var patient = await InferenceHost.StartAsync(("Inference:DrainMilliseconds", "2000"));
        await patient.ServeAsync("plus", "1", TestBundles.Plus(1));
        patient.Unwant("plus");
        while (patient.Directory.Model(Deployment) is { State: not ServedModelState.Unloading })
        {
            Assert.Equal(2f, await InferAsync(1, patient));
        }

        Assert.Equal(2f, await InferAsync(1, patient));

        // Wanted again before it is gone: it stays.
        await patient.ServeAsync("plus", "1", TestBundles.Plus(1));
        Assert.Equal(2f, await InferAsync(1, patient));
        Assert.DoesNotContain(patient.Logs.Entries, e => e.Message.Contains("is unloaded"));
    }

    [Fact]
    public async Task A_deployment_that_comes_back_while_its_predecessor_drains_is_reported_once()
    {
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        var held = host.Models.Lend("default", "plus");
        host.Unwant("plus");
        await Eventually.BecomesTrueAsync(() => !host.Models.IsReady("default", "plus", ""), Patience, "it has left the table");
        await host.ServeAsync("plus", "2", TestBundles.Plus(2));
        Assert.Equal(3f, await InferAsync(1));
        held.Dispose();
        await Eventually.BecomesTrueAsync(() => host.Logs.Entries.Any(e => e.Message.Contains("is unloaded")), Patience, "unloaded");
        Assert.All(host.Directory.Reports, report => Assert.Distinct(report.Models.Select(m => m.Deployment)));
    }

    [Fact]
    public async Task Without_the_directory_it_serves_what_it_has_and_comes_back()
    {
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        var port = new Uri(host.Directory.Address).Port;
        await host.Directory.StopAsync();
        await Eventually.BecomesTrueAsync(() => host.Logs.Entries.Any(e => e.Message.Contains("directory is away")), Patience, "loss noticed");
        Assert.Equal(2f, await InferAsync(1));
        Assert.True((await host.OpenInference.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Cancel)).Ready);

        var before = host.Directory.Reports.Count;
        await host.Directory.ListenAsync(port);
        await Eventually.BecomesTrueAsync(() => host.Directory.Reports.Count > before, Patience, "reports again");
        await host.ServeAsync("plus", "2", TestBundles.Plus(2));
        Assert.Equal(3f, await InferAsync(1));
    }

    [Fact]
    public async Task It_says_that_it_stops_before_it_stops()
    {
        await host.ServeAsync("plus", "1", TestBundles.Plus(1));
        await host.StopAsync();
        Assert.False(host.Directory.Last!.Accepting);
        Assert.Contains(host.Directory.Reports, r => r.Accepting);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ModelInferRequest Request(float value) => new()
    {
        ModelName = "plus",
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 4 } } },
        RawInputContents = { Bytes(value, 0, 0, 0) },
    };

    private Task<float> InferAsync(float value) => InferAsync(value, host);

    private static async Task<float> InferAsync(float value, InferenceHost of) =>
        Values<float>((await of.OpenInference.ModelInferAsync(Request(value), cancellationToken: Cancel)).RawOutputContents[0])[0];
}
