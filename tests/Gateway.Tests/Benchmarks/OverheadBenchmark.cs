using System.Diagnostics;
using System.Net;
using Grpc.Net.Client;
using Mesh.Gateway.Tests.Hosting;
using Mesh.OpenInference;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Tests.Benchmarks;

/// <summary>
/// What the gateway's inference path costs against YARP's forwarder alone, in paired windows of one process, with the
/// replica in another. Run it by name: -explicit only -class "*OverheadBenchmark".
/// </summary>
[Collection(Alone.Name)]
public class OverheadBenchmark
{
    private const int Pairs = 15;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    [Fact(Explicit = true)]
    public async Task Compare()
    {
        await using var replica = await ReplicaProcess.StartAsync("echo");
        await using var rig = await GatewayRig.StartAsync();
        await rig.SayAsync(GatewayRig.Report("echo", replica.Address, GatewayRig.Deployment));
        await using var bare = await StartBareAsync(replica.Address);
        using var bareChannel = GrpcChannel.ForAddress(bare.Urls.Single());
        using var gatewayChannel = GrpcChannel.ForAddress(rig.GrpcAddress);
        using var directChannel = GrpcChannel.ForAddress(replica.Address);
        var gateway = new GRPCInferenceService.GRPCInferenceServiceClient(gatewayChannel);
        var yarp = new GRPCInferenceService.GRPCInferenceServiceClient(bareChannel);
        var direct = new GRPCInferenceService.GRPCInferenceServiceClient(directChannel);
        foreach (var inFlight in new[] { 1, 64 })
        {
            var results = new List<(Sample Gateway, Sample Yarp, Sample Direct)>();
            for (var pair = -3; pair < Pairs; pair++)
            {
                var sample = (await RunAsync(gateway, inFlight), await RunAsync(yarp, inFlight), await RunAsync(direct, inFlight));
                if (pair >= 0)
                {
                    results.Add(sample);
                }
            }

            TestContext.Current.SendDiagnosticMessage(
                "{0} in flight: p50 gateway {1:0} us, YARP {2:0} us, direct {3:0} us, ratio {4:0.00}; calls/s gateway {5:0}, YARP {6:0}, ratio {7:0.00}; bytes allocated a call gateway {8:0}, YARP {9:0}",
                inFlight, Median(results, r => r.Gateway.P50), Median(results, r => r.Yarp.P50), Median(results, r => r.Direct.P50), Median(results, r => r.Gateway.P50 / r.Yarp.P50),
                Median(results, r => r.Gateway.PerSecond), Median(results, r => r.Yarp.PerSecond), Median(results, r => r.Gateway.PerSecond / r.Yarp.PerSecond),
                Median(results, r => r.Gateway.Bytes - r.Direct.Bytes), Median(results, r => r.Yarp.Bytes - r.Direct.Bytes));
        }
    }

    private static double Median<T>(IEnumerable<T> samples, Func<T, double> value)
    {
        var sorted = samples.Select(value).Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static async Task<Sample> RunAsync(GRPCInferenceService.GRPCInferenceServiceClient client, int inFlight)
    {
        var request = Calls.Infer().WithBytes(128);
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            var took = new List<double>();
            while (clock.Elapsed < Window)
            {
                var started = Stopwatch.GetTimestamp();
                await client.ModelInferAsync(request);
                took.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            }

            return took;
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        var sorted = all.SelectMany(t => t).Order().ToArray();
        return new Sample(sorted[sorted.Length / 2], sorted.Length / seconds, (GC.GetTotalAllocatedBytes() - allocated) / (double)sorted.Length);
    }

    private static async Task<WebApplication> StartBareAsync(string replica)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddHttpForwarder();
        var app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null });
        var config = new ForwarderRequestConfig { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        app.Map("/{**path}", async (HttpContext http) => await forwarder.SendAsync(http, replica, invoker, config, HttpTransformer.Default));
        await app.StartAsync();
        return app;
    }

    private sealed record Sample(double P50, double PerSecond, double Bytes);
}
