using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

/// <summary>The options that become <see cref="TrainingSettings"/>.</summary>
internal sealed class TrainingOptions
{
    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the training data.", HelpName = "N" };
    private readonly Option<int> _batchSize = new("--batch-size") { Description = "Samples per optimizer step.", HelpName = "N" };
    private readonly Option<double> _learningRate = new("--learning-rate") { Description = "Step size at the peak of the schedule.", HelpName = "X" };
    private readonly Option<double?> _weightDecay = new("--weight-decay") { Description = "Pull of the weights to zero.", HelpName = "X" };
    private readonly Option<double?> _labelSmoothing = new("--label-smoothing") { Description = "Share of each label that is spread over all classes.", HelpName = "X" };

    private readonly Option<string> _optimizer = new Option<string>("--optimizer") { Description = "How the weights are changed.", HelpName = "sgd|adam|adamw" }
        .AcceptOnlyFromAmong("sgd", "adam", "adamw");

    private readonly Option<string> _schedule = new Option<string>("--schedule") { Description = "How the learning rate moves.", HelpName = "constant|cosine|one-cycle" }
        .AcceptOnlyFromAmong("constant", "cosine", "one-cycle");

    private readonly Option<long> _seed = new("--seed") { Description = "The same seed, data and one thread give the same model.", HelpName = "N" };
    private readonly Option<string> _device = new("--device") { Description = "cpu or cuda.", HelpName = "DEVICE" };

    public IEnumerable<Option> All => [_epochs, _batchSize, _learningRate, _weightDecay, _labelSmoothing, _optimizer, _schedule, _seed, _device];

    public TrainingSettings Read(CommandRun run)
    {
        var settings = new TrainingSettings
        {
            Epochs = run.Get(_epochs),
            BatchSize = run.Get(_batchSize),
            LearningRate = run.Get(_learningRate),
            Optimizer = run.Get(_optimizer) switch
            {
                "sgd" => OptimizerKind.Sgd,
                "adam" => OptimizerKind.Adam,
                "adamw" => OptimizerKind.Adamw,
                _ => OptimizerKind.Unspecified,
            },
            Schedule = run.Get(_schedule) switch
            {
                "constant" => ScheduleKind.Constant,
                "cosine" => ScheduleKind.Cosine,
                "one-cycle" => ScheduleKind.OneCycle,
                _ => ScheduleKind.Unspecified,
            },
            Seed = run.Get(_seed),
            Device = run.Get(_device) ?? "",
        };
        if (run.Get(_weightDecay) is { } decay)
        {
            settings.WeightDecay = decay;
        }

        if (run.Get(_labelSmoothing) is { } smoothing)
        {
            settings.LabelSmoothing = smoothing;
        }

        return settings;
    }
}
