using System.Net;
using System.Net.Sockets;

namespace Mesh.Tests.Shared;

/// <summary>
/// A port for a process that has to be told one. It lies below the range (32768 and up) from which the system takes the local ports of outgoing
/// connections, so that none of those can have it before the process binds it.
/// </summary>
public static class FreePort
{
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; another one.
            }
        }
    }
}
