using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Jobs;

internal static class Telemetry
{
    public const string Name = "Mesh.Jobs";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> AttemptsStarted = Meter.CreateCounter<long>("mesh.jobs.attempts", "{attempt}");

    /// <summary>From creation to the first attempt.</summary>
    public static readonly Histogram<double> QueueTime = Meter.CreateHistogram<double>("mesh.jobs.queue.time", "s");

    public static readonly UpDownCounter<long> Running = Meter.CreateUpDownCounter<long>("mesh.jobs.running", "{job}");

    /// <summary>By kind and final state.</summary>
    public static readonly Counter<long> JobsEnded = Meter.CreateCounter<long>("mesh.jobs.ended", "{job}");
}
