using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>
/// The two ports of a service. Cleartext HTTP/2 needs a port of its own, so there is one for everything the gateway and
/// other services send (h2c) and one for probes and Prometheus (HTTP/1.1).
/// </summary>
public sealed partial class ListeningPorts
{
    internal ListenOptions? Grpc { get; set; }

    internal ListenOptions? Http { get; set; }

    /// <summary>What is wrong with the settings, to be said when the service starts, in words.</summary>
    internal List<string> Problems { get; } = [];

    /// <summary>The h2c address with the port really bound. Known once the host has started.</summary>
    public string GrpcAddress => Address(Grpc);

    /// <summary>The HTTP/1.1 address with the port really bound. Known once the host has started.</summary>
    public string HttpAddress => Address(Http);

    /// <exception cref="StartException">A setting is malformed.</exception>
    internal void ThrowIfMisconfigured()
    {
        if (Problems.Count > 0)
        {
            throw new StartException(string.Join(" ", Problems));
        }
    }

    /// <summary>With port 0 nobody else can say where the service is. In a test host nothing is bound.</summary>
    internal void Log(ILogger logger)
    {
        if (Http?.IPEndPoint is { Port: > 0 })
        {
            Listening(logger, GrpcAddress, HttpAddress);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Listening on {Grpc} (gRPC) and {Http} (HTTP/1.1).")]
    private static partial void Listening(ILogger logger, string grpc, string http);

    private static string Address(ListenOptions? listen) =>
        listen?.IPEndPoint is { Port: > 0 } bound ? $"http://{bound}" : throw new InvalidOperationException("The host has not bound its ports yet.");
}

/// <summary>Binds <c>MESH_GRPC_PORT</c> and <c>MESH_HTTP_PORT</c> (default 0: any free port) on <c>MESH_BIND</c> (default loopback).</summary>
public static class KestrelShape
{
    internal static void AddKestrelShape(this WebApplicationBuilder builder)
    {
        var ports = new ListeningPorts();
        builder.Services.AddSingleton(ports);
        var address = Address(builder.Configuration["MESH_BIND"], ports);
        var grpcPort = Port(builder.Configuration["MESH_GRPC_PORT"], "MESH_GRPC_PORT", ports);
        var httpPort = Port(builder.Configuration["MESH_HTTP_PORT"], "MESH_HTTP_PORT", ports);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Listen(address, grpcPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                ports.Grpc = listen;
            });
            kestrel.Listen(address, httpPort, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                ports.Http = listen;
            });
        });
    }

    private static int Port(string? text, string key, ListeningPorts ports)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            ports.Problems.Add($"{key}: \"{text}\" is not a port; give 0 (any free port) to 65535.");
        }

        return port;
    }

    private static IPAddress Address(string? text, ListeningPorts ports)
    {
        if (string.IsNullOrEmpty(text))
        {
            return IPAddress.Loopback;
        }

        if (!IPAddress.TryParse(text, out var address))
        {
            ports.Problems.Add($"MESH_BIND: \"{text}\" is not an IP address.");
        }

        return address ?? IPAddress.Loopback;
    }
}
