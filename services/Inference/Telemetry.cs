using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Inference;

internal static class Telemetry
{
    public const string Name = "Mesh.Inference";

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Meter Meter = new(Name);

    /// <summary>Tags: mesh.deployment, mesh.outcome ("ok" or the status code).</summary>
    public static readonly Counter<long> Requests = Meter.CreateCounter<long>("mesh.inference.requests", "{request}", "Requests answered.");

    public static readonly Histogram<double> QueueSeconds = Seconds("mesh.inference.queue.duration", "From arrival to the start of the batch.");

    public static readonly Histogram<double> RunSeconds = Seconds("mesh.inference.run.duration", "One run of the model, whatever its rows.");

    public static readonly Histogram<long> BatchRows = Meter.CreateHistogram(
        "mesh.inference.batch.rows", "{row}", "Rows in one run.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });

    private static Histogram<double> Seconds(string name, string description) => Meter.CreateHistogram(
        name, "s", description,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });
}
