using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Scenarios.Otlp;

/// <summary>A small OTLP collector that keeps the spans it is sent.</summary>
public sealed class SpanSink : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenSpan> _spans = new();
    private readonly WebApplication _server;

    private SpanSink(WebApplication server, ConcurrentQueue<SeenSpan> spans) => (_server, _spans) = (server, spans);

    public string Address => _server.Urls.Single();

    public IReadOnlyList<SeenSpan> Spans => [.. _spans];

    public static async Task<SpanSink> StartAsync()
    {
        var spans = new ConcurrentQueue<SeenSpan>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(spans);
        var server = builder.Build();
        server.MapGrpcService<Collector>();
        await server.StartAsync();
        return new SpanSink(server, spans);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private sealed class Collector(ConcurrentQueue<SeenSpan> spans) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            foreach (var resource in request.ResourceSpans)
            {
                var service = resource.Resource.Attributes.FirstOrDefault(a => a.Key == "service.name")?.Value.StringValue ?? "";
                foreach (var scope in resource.ScopeSpans)
                {
                    foreach (var span in scope.Spans)
                    {
                        spans.Enqueue(new SeenSpan(
                            Convert.ToHexStringLower(span.TraceId.Span), Convert.ToHexStringLower(span.SpanId.Span),
                            Convert.ToHexStringLower(span.ParentSpanId.Span), service, scope.Scope?.Name ?? "", span.Name));
                    }
                }
            }

            return Task.FromResult(new ExportTraceServiceResponse());
        }
    }
}

/// <param name="Service">service.name of the process.</param>
/// <param name="Scope">Name of the ActivitySource.</param>
public sealed record SeenSpan(string TraceId, string SpanId, string ParentId, string Service, string Scope, string Name);
