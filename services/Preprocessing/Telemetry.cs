using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Preprocessing;

internal static class Telemetry
{
    public const string Name = "Mesh.Preprocessing";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Records = Meter.CreateCounter<long>("mesh.preprocessing.records", "{record}", "Records written to shards.");

    public static readonly Counter<long> RunsCreated = Meter.CreateCounter<long>("mesh.preprocessing.runs.created", "{run}", "Runs, by whether the result existed already.");

    public static readonly Gauge<long> BlobsWaiting = Meter.CreateGauge<long>(
        "mesh.preprocessing.blobs.waiting", "{blob}", "Blobs that may be nobody's and are still to be looked at or deleted.");
}
