using System.CommandLine;
using Mesh.Cli.Commands.Training;
using Mesh.Cli.Running;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Triggers;

internal sealed class TriggerCreate : MeshCommand
{
    private readonly Argument<string> _trigger = TriggerArgument.Create("The pipeline that is run, and the new trigger's id.");
    private readonly Argument<string> _dataset = new("DATASET") { Description = "Its new versions are processed, as soon as they are ready." };
    private readonly Option<string> _tag = new("--tag") { Description = "Process, instead, the versions that get this tag.", HelpName = "TAG" };
    private readonly Option<int> _cpus = new("--cpus") { Description = "Processor cores for each process of a pipeline run. [default: the service's]", HelpName = "N" };
    private readonly Option<bool> _train = new("--train") { Description = "Train a model with each result. The options below say how." };
    private readonly TrainingTemplate _training = new();

    public TriggerCreate()
        : base("create", "Creates a trigger. It fires once for each version that comes from now on.",
            "mesh pipeline trigger create gray28/new fashion-mnist",
            "mesh pipeline trigger create gray28/release fashion-mnist --tag production --train --model clothes --epochs 8")
    {
        Add(_trigger);
        Add(_dataset);
        Add(_tag);
        Add(_cpus);
        Add(_train);
        foreach (var option in _training.All)
        {
            Add(option);
        }

        Validators.Add(result =>
        {
            if (!result.GetValue(_train) && _training.All.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
            {
                result.AddError($"{given.Name} says how to train: give --train too.");
            }
        });
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (pipeline, name) = TriggerArgument.Read(run, run.Get(_trigger));
        var dataset = Names.Of(run, "datasets", run.Get(_dataset));
        var trigger = await run.Mesh.Triggers.CreateTriggerAsync(
            new CreateTriggerRequest
            {
                Parent = pipeline,
                TriggerId = Names.Id(name),
                Trigger = new Trigger
                {
                    Dataset = dataset,
                    Tag = run.Get(_tag) ?? "",
                    Resources = new ResourceSpec { Cpus = run.Get(_cpus) },
                    TrainingRun = run.Get(_train) ? _training.Read(run, Names.Id(dataset)) : null,
                },
                RequestId = CommandRun.NewRequestId(),
            }, cancellationToken: run.Cancel);
        run.Show(trigger, output => output.WriteLine($"Created {trigger.Name}. What it does: {run.Command($"pipeline trigger show {Names.Short(trigger.Name)}")}"));
        return ExitCode.Ok;
    }
}
