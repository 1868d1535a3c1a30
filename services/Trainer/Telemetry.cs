using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Trainer;

internal static class Telemetry
{
    public const string Name = "Mesh.Trainer";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Samples = Meter.CreateCounter<long>("mesh.trainer.samples", "{sample}", "Samples trained on.");

    public static readonly Counter<long> RunsCreated = Meter.CreateCounter<long>("mesh.trainer.runs.created", "{run}");
}
