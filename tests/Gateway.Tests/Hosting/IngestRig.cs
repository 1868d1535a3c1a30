using Mesh.Ingest.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>The gateway in front of an Ingest service.</summary>
internal sealed class IngestRig : IAsyncDisposable
{
    private OwnerServer _ingest;

    private IngestRig(OwnerServer ingest, TestDatasets service, GatewayRig gateway) => (_ingest, Service, Gateway) = (ingest, service, gateway);

    public GatewayRig Gateway { get; }

    public TestDatasets Service { get; }

    public DatasetService.DatasetServiceClient Datasets => new(Gateway.Channel);

    public static async Task<IngestRig> StartAsync(GatewayOptions? beyond = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var service = new TestDatasets();
        var ingest = await StartIngestAsync(service, 0);
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["services:ingest:grpc:0"] = ingest.Address };
        return new IngestRig(ingest, service, await GatewayRig.StartAsync(all, beyond));
    }

    public async Task StopIngestAsync() => await _ingest.StopAsync();

    public async Task StartIngestAgainAsync() => _ingest = await StartIngestAsync(Service, new Uri(_ingest.Address).Port);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _ingest.DisposeAsync();
    }

    private static Task<OwnerServer> StartIngestAsync(TestDatasets service, int port) =>
        OwnerServer.StartAsync("ingest", services => services.AddSingleton(service), app => app.MapGrpcService<TestDatasets>(), port);
}
