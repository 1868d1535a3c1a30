using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Training;

namespace Mesh.Trainer.Tests.Support;

/// <summary>Short runs on <see cref="Stripes"/> with one thread.</summary>
internal static class ShortRuns
{
    public static readonly TrainingSettings OneThread = new() { Threads = 1, ReportEverySteps = 3 };

    public static readonly string[] Labels = ["a", "b", "c", "d"];

    public static TrainingPlan Plan(long seed = 5, params (string Name, string Value)[] values)
    {
        var given = new Dictionary<string, string>
        {
            ["epochs"] = "3", ["batch_size"] = "32", ["filters"] = "4", ["hidden"] = "16",
        };
        foreach (var (name, value) in values) given[name] = value;
        return TrainingPlan.Create("cnn", given, Stripes.Shape, Stripes.Classes, seed);
    }

    public static TrainingData Data(int samples = 200) => new(new Stripes(samples, 1).Source(), new Stripes(80, 2).Source());

    public static TrainingOutcome Execute(
        TrainingPlan plan, string folder, StopSignal? stop = null, TrainingEvents? events = null, TrainingSettings? settings = null, TrainingData? data = null)
    {
        data ??= Data();
        Directory.CreateDirectory(folder);
        var input = new TrainingInput(plan, data, data.Validation!, """{"none":true}"""u8.ToArray(), Labels,
            new CheckpointStore(Path.Combine(folder, "checkpoints")), Path.Combine(folder, "bundle.tar"));
        return TrainingRun.Execute(input, settings ?? OneThread, events ?? new TrainingEvents(), stop ?? new StopSignal(), TimeProvider.System);
    }
}
