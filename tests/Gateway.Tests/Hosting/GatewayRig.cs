using System.Net;
using Grpc.Net.Client;
using Mesh.Gateway.Serving;
using Mesh.Gateway.TestReplica;
using Mesh.OpenInference;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults;
using Mesh.ServiceDefaults.Hosting;
using Mesh.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>
/// The gateway as Program.cs builds it, on real ports, with a serving directory of the test's own. Disposing it fails the
/// test when the gateway logged an error.
/// </summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    public const string Deployment = "projects/default/deployments/simple";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SortedDictionary<string, ReplicaReport> _reports = new(StringComparer.Ordinal);
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly TestDirectory _directory = new();
    private WebApplication _app = null!;

    public LogCollector Logs { get; } = new();

    public string GrpcAddress { get; private set; } = "";

    /// <summary>Speaks gRPC to the gateway.</summary>
    public GrpcChannel Channel { get; private set; } = null!;

    public GRPCInferenceService.GRPCInferenceServiceClient Inference => new(Channel);

    /// <summary>Speaks HTTP/1.1 to the gateway's REST port.</summary>
    public HttpClient Rest { get; private set; } = null!;

    /// <summary>Speaks plain HTTP/2 to the gateway's gRPC port.</summary>
    public HttpClient Http2 { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public ReplicaDirectory Replicas => Services.GetRequiredService<ReplicaDirectory>();

    public HeldCalls Held => Services.GetRequiredService<HeldCalls>();

    /// <param name="settings">Configuration, as an operator gives it.</param>
    /// <param name="beyond">Options outside of what an operator may set, so that a test need not take minutes.</param>
    public static async Task<GatewayRig> StartAsync(IReadOnlyDictionary<string, string>? settings = null, GatewayOptions? beyond = null)
    {
        var rig = new GatewayRig();
        var registry = await OwnerServer.StartAsync(
            "registry", services => services.AddSingleton(rig._directory), app => app.MapGrpcService<TestDirectory>());
        rig._owned.Add(registry);
        await rig.RunAsync(registry.Address, settings, beyond);
        return rig;
    }

    /// <summary>Starts a replica in this process and waits until the gateway knows it.</summary>
    public async Task<ReplicaServer> AddReplicaAsync(string id, params string[] deployments)
    {
        var replica = await ReplicaServer.StartAsync(id);
        _owned.Add(replica);
        await SayAsync(Report(id, replica.Address, deployments.Length > 0 ? deployments : [Deployment]));
        return replica;
    }

    /// <summary>What a replica that is ready with these deployments reports.</summary>
    public static ReplicaReport Report(string id, string address, params string[] deployments) => new()
    {
        ReplicaId = id,
        Address = address,
        Accepting = true,
        Models = { deployments.Select(d => new ServedModel { Deployment = d, ModelVersion = "projects/default/models/m/versions/1", State = ServedModelState.Ready }) },
    };

    /// <summary>Adds or changes a report, and waits until the gateway has heard it.</summary>
    public Task SayAsync(ReplicaReport report) => ChangeAsync(() => _reports[report.ReplicaId] = report);

    /// <summary>Takes a replica out of the directory, and waits until the gateway has heard it.</summary>
    public Task ForgetAsync(string id) => ChangeAsync(() => _reports.Remove(id));

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Rest.Dispose();
        Http2.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }

        Logs.AssertNoErrors();
    }

    private async Task ChangeAsync(Action change)
    {
        var heard = Replicas.Changed;
        lock (_reports)
        {
            change();
            _directory.Say([.. _reports.Values.Select(r => r.Clone())]);
        }

        await heard.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    private async Task RunAsync(string registry, IReadOnlyDictionary<string, string>? settings, GatewayOptions? beyond)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["services:registry:grpc:0"] = registry });
        builder.Configuration.AddInMemoryCollection(settings?.ToDictionary(s => s.Key, s => (string?)s.Value) ?? []);
        builder.AddMeshDefaults("gateway");
        builder.AddGateway();
        builder.Logging.ClearProviders().AddProvider(Logs);
        if (beyond is not null)
        {
            builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(beyond));
        }

        _app = builder.Build();
        _app.MapMeshDefaults();
        _app.MapGateway();
        await _app.StartAsync();
        var ports = Services.GetRequiredService<ListeningPorts>();
        GrpcAddress = ports.GrpcAddress;
        Channel = GrpcChannel.ForAddress(GrpcAddress, new GrpcChannelOptions
        {
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            // Without a propagator the handler does not trace, so that only the gateway writes trace contexts.
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null },
        });
        Rest = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(ports.HttpAddress) };
        Http2 = new HttpClient(new Http2Only()) { BaseAddress = new Uri(GrpcAddress) };
    }

    private sealed class Http2Only() : DelegatingHandler(new SocketsHttpHandler { ActivityHeadersPropagator = null })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
