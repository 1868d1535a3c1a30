using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Ingest;

internal static class Telemetry
{
    public const string Name = "Mesh.Ingest";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> VersionsEnded =
        Meter.CreateCounter<long>("mesh.ingest.versions.ended", "{version}", "Versions that reached a terminal state, by state.");

    public static readonly Counter<long> RecordsParsed =
        Meter.CreateCounter<long>("mesh.ingest.records.parsed", "{record}", "Records accepted while committing.");

    public static readonly Counter<long> RecordsRejected =
        Meter.CreateCounter<long>("mesh.ingest.records.rejected", "{record}", "Records rejected while committing.");

    public static readonly Counter<long> RecordsRead =
        Meter.CreateCounter<long>("mesh.ingest.records.read", "{record}", "Records streamed to readers.");

    public static readonly Counter<long> ImportsEnded =
        Meter.CreateCounter<long>("mesh.ingest.imports.ended", "{import}", "Imports that reached a terminal state, by state.");

    public static readonly Histogram<double> CommitDuration =
        Meter.CreateHistogram<double>("mesh.ingest.commit.duration", "s", "From taking a version up to its end.");
}
