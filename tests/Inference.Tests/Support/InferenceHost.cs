using Grpc.Net.Client;
using Mesh.Inference.Serving;
using Mesh.Inference.V1;
using Mesh.ModelGraph.Bundles;
using Mesh.OpenInference;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Inference.Tests.Support;

/// <summary>The service as Program.cs builds it, on real ports, with a directory and a blob folder of the test's own.</summary>
internal sealed class InferenceHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder folder = new();
    private readonly List<DesiredModel> desired = [];
    private readonly BundleFolder bundles;
    private WebApplication app = null!;
    private GrpcChannel channel = null!;

    private InferenceHost(FakeDirectory directory)
    {
        Directory = directory;
        bundles = new BundleFolder(folder.Path);
    }

    public FakeDirectory Directory { get; }

    public LogCollector Logs { get; } = new();

    public string Address { get; private set; } = "";

    public string HttpAddress { get; private set; } = "";

    public string StateFolder => folder.Path;

    public GRPCInferenceService.GRPCInferenceServiceClient OpenInference { get; private set; } = null!;

    public PredictionService.PredictionServiceClient Predictions { get; private set; } = null!;

    /// <summary>HTTP/2 without TLS, as the gateway speaks.</summary>
    public HttpClient Http { get; private set; } = null!;

    public ServedModels Models => app.Services.GetRequiredService<ServedModels>();

    public static async Task<InferenceHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var host = new InferenceHost(await FakeDirectory.StartAsync());
        await host.RunAsync(settings);
        return host;
    }

    /// <summary>Puts a bundle into the registry's blobs.</summary>
    public Task<DesiredModel> StoreAsync(string deployment, string version, BundleContent content, string project = "default") =>
        bundles.StoreAsync(deployment, version, content, project);

    /// <summary>Wants this version (beside what else is wanted) and waits until it serves.</summary>
    public async Task ServeAsync(string deployment, string version, BundleContent content, string project = "default")
    {
        var model = await WantAsync(deployment, version, content, project);
        await ReportsAsync(model.Deployment, m => m.State == ServedModelState.Ready && m.ModelVersion == model.ModelVersion);
    }

    public async Task<DesiredModel> WantAsync(string deployment, string version, BundleContent content, string project = "default")
    {
        var model = await StoreAsync(deployment, version, content, project);
        desired.RemoveAll(m => m.Deployment == model.Deployment);
        desired.Add(model);
        Directory.Want([.. desired]);
        return model;
    }

    public void Unwant(string deployment)
    {
        desired.RemoveAll(m => m.Deployment.EndsWith("/" + deployment, StringComparison.Ordinal));
        Directory.Want([.. desired]);
    }

    public Task ReportsAsync(string deployment, Func<ServedModel, bool> holds) => Eventually.BecomesTrueAsync(
        () => Directory.Model(deployment) is { } model && holds(model), Patience, $"{deployment} as expected in the directory; last: {Directory.Last}");

    public async Task StopAsync() => await app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Directory.DisposeAsync();
        folder.Dispose();
    }

    private async Task RunAsync((string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MESH_STATE"] = folder.Path,
            ["services:registry:grpc:0"] = Directory.Address,
            ["Inference:DrainMilliseconds"] = "50",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.AddMeshDefaults("inference");
        builder.AddInference();
        builder.Logging.ClearProviders().AddProvider(Logs);
        app = builder.Build();
        app.MapMeshDefaults();
        app.MapInference();
        await app.StartAsync();
        var ports = app.Services.GetRequiredService<ListeningPorts>();
        (Address, HttpAddress) = (ports.GrpcAddress, ports.HttpAddress);
        channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        OpenInference = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        Predictions = new PredictionService.PredictionServiceClient(channel);
        Http = new HttpClient
        {
            BaseAddress = new Uri(Address),
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }
}
