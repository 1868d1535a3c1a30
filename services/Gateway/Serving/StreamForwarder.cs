using System.Net;
using Mesh.Gateway.Routing;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Serving;

/// <summary>Streams a call whose body is too large to keep through YARP's forwarder.</summary>
public sealed class StreamForwarder(ReplicaChannel channel, IHttpForwarder forwarder, IOptions<GatewayOptions> options)
{
    private ForwarderRequestConfig? _config;

    /// <param name="beginning">What was read of the body already.</param>
    /// <exception cref="ServiceDefaults.Errors.MeshException">The caller's body is too large or broke off.</exception>
    internal async Task<ForwardResult> ForwardAsync(HttpContext http, ReadOnlyMemory<byte> beginning, Replica replica)
    {
        var config = _config ??= new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = TimeSpan.FromSeconds(options.Value.ActivityTimeoutSeconds),
        };
        var rest = http.Request.Body;
        var body = new ResumedBody(beginning, rest);
        http.Request.Body = body;
        try
        {
            var error = await forwarder.SendAsync(http, replica.Address.OriginalString, channel.Invoker, config, HttpTransformer.Default);
            return error is ForwarderError.None || http.RequestAborted.IsCancellationRequested ? ForwardResult.Answered : Failed(http, error, body);
        }
        finally
        {
            http.Request.Body = rest;
        }
    }

    private static ForwardResult Failed(HttpContext http, ForwarderError error, ResumedBody body)
    {
        var reason = error.ToString();
        if (http.Response.HasStarted)
        {
            return new ForwardResult(ForwardOutcome.CutOff, reason);
        }

        if (GatewayErrors.CallersFault(http) is { } fault)
        {
            throw fault;
        }

        // YARP has set a status, with which it would refuse to send the call again.
        http.Response.Clear();
        // As long as nothing after the beginning was read, the whole body is still there to be sent.
        return new ForwardResult(error is ForwarderError.Request && !body.IsPastBeginning ? ForwardOutcome.NotReached : ForwardOutcome.Lost, reason);
    }
}
