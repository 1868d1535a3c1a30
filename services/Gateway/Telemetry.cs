using System.Diagnostics.Metrics;

namespace Mesh.Gateway;

internal static class Telemetry
{
    public const string Name = "Mesh.Gateway";

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Replays = Meter.CreateCounter<long>(
        "mesh.gateway.replays", "{call}", "Inference calls sent again because a replica died under them.");

    public static readonly UpDownCounter<long> Held = Meter.CreateUpDownCounter<long>(
        "mesh.gateway.held_calls", "{call}", "Inference calls that wait for a ready replica.");

    public static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "mesh.gateway.refused_calls", "{call}", "Inference calls answered UNAVAILABLE by the gateway itself.");
}
