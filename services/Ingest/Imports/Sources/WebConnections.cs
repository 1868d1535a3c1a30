using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>
/// Connections to web servers. A name is resolved and its address judged at the moment of connecting, and the connection goes to that
/// very address: what the name stands for a moment later does not matter.
/// </summary>
internal sealed class WebConnections : IDisposable
{
    public WebConnections(IOptions<ImportOptions> options)
    {
        var settings = options.Value.Http;
        Client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            // Followed by hand, each step judged.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, settings.AllowPrivateAddresses, cancel),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint to, bool allowPrivate, CancellationToken cancel)
    {
        var addresses = IPAddress.TryParse(to.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(to.Host, cancel);
        IPAddress[] allowed = [.. addresses.Where(address => allowPrivate || PublicAddress.Is(address))];
        if (allowed.Length == 0)
        {
            throw new ImportException("SOURCE_NOT_ALLOWED", $"{to.Host} has no public address (Imports:Http:AllowPrivateAddresses).");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, to.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
