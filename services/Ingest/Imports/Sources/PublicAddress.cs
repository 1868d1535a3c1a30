using System.Net;
using System.Net.Sockets;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>Tells addresses of the public Internet from those of a machine, its networks and other special uses (RFC 6890 and the IANA registries of it).</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Global unicast; everything outside of it is special.</summary>
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    /// <summary>Within it: Teredo, ORCHID and others; documentation; 6to4, which carries any IPv4 address within.</summary>
    private static readonly IPNetwork[] SpecialGlobal = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    public static bool Is(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Special.Any(network => network.Contains(plain)),
            AddressFamily.InterNetworkV6 => Global.Contains(plain) && !SpecialGlobal.Any(network => network.Contains(plain)),
            _ => false,
        };
    }
}
