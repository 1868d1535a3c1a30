using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Registry;

internal static class Telemetry
{
    public const string Name = "Mesh.Registry";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> VersionsRegistered = Meter.CreateCounter<long>("mesh.registry.versions.registered", "{version}");

    public static readonly Counter<long> BundlesRefused = Meter.CreateCounter<long>("mesh.registry.bundles.refused", "{bundle}");

    public static readonly Histogram<double> BundleCheckDuration = Meter.CreateHistogram<double>("mesh.registry.bundle.check.duration", "s");

    /// <summary>Live serving replicas that this process has a stream to.</summary>
    public static readonly UpDownCounter<long> ReplicasConnected = Meter.CreateUpDownCounter<long>("mesh.registry.replicas.connected", "{replica}");
}
