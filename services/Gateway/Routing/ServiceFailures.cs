using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Routing;

/// <summary>
/// Says UNAVAILABLE with RetryInfo where YARP would answer a bare 502, 503 or 504, or would reset a gRPC stream that was
/// under way: a client then knows that it may come back.
/// </summary>
internal sealed class ServiceFailures(RequestDelegate next, IOptions<GatewayOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext http)
    {
        if (!ByteRoutes.IsUnlimited(http.GetReverseProxyFeature().Route.Config))
        {
            // YARP lifts it again for gRPC, where messages are limited by the service and streams have no end.
            BodyLimit.Set(http, options.Value.MaxBodyBytes);
        }

        var kestrels = http.Features.Get<IHttpResetFeature>();
        var held = kestrels is not null && GatewayErrors.IsGrpc(http.Request) ? new HeldReset() : null;
        if (held is not null)
        {
            http.Features.Set<IHttpResetFeature>(held);
        }

        await next(http);
        if (held is not null)
        {
            http.Features.Set(kestrels);
        }

        if (http.RequestAborted.IsCancellationRequested || http.Features.Get<IForwarderErrorFeature>() is not { } failure)
        {
            return;
        }

        var error = GatewayErrors.CallersFault(http) ?? Unavailable(failure.Error);
        if (IsSilent(http.Request))
        {
            // A caller that stopped sending in the middle of its body does not wait for an answer.
            http.Abort();
        }
        else if (!http.Response.HasStarted)
        {
            await GatewayErrors.WriteAsync(http, error);
        }
        else if (held is { IsAsked: true } && http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers)
        {
            foreach (var (key, value) in GatewayErrors.GrpcStatus(error))
            {
                trailers[key] = value;
            }
        }
    }

    /// <summary>
    /// Whether the rest of the body was waited for in vain. Kestrel cannot read on from a read that was given up, and would log an error
    /// for trying to once the answer is written.
    /// </summary>
    private static bool IsSilent(HttpRequest request)
    {
        try
        {
            if (request.BodyReader.TryRead(out var read))
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start);
            }

            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Broken, which is another matter.
            return false;
        }
    }

    private static MeshException Unavailable(ForwarderError error) => MeshError.Unavailable(
        "SERVICE_UNAVAILABLE",
        error is ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled
            ? "The service behind this call fell silent."
            : "The service behind this call does not answer; it may be restarting.",
        RetryAfter);

    /// <summary>YARP resets a stream when its service breaks off; this remembers it instead, so that the stream can end with a status.</summary>
    private sealed class HeldReset : IHttpResetFeature
    {
        public bool IsAsked { get; private set; }

        public void Reset(int errorCode) => IsAsked = true;
    }
}
