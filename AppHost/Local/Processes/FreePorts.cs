using System.Net;
using System.Net.Sockets;

namespace Mesh.AppHost.Local.Processes;

/// <summary>Loopback ports that nothing listens on.</summary>
internal static class FreePorts
{
    /// <summary>Distinct free ports: all are held until the last one is known.</summary>
    /// <param name="reserved">Ports that somebody is about to listen on.</param>
    public static int[] Take(int count, IReadOnlyCollection<int> reserved)
    {
        // At most all of the reserved ones are drawn as well.
        var listeners = Enumerable.Range(0, count + reserved.Count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).Except(reserved).Take(count)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }

    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
