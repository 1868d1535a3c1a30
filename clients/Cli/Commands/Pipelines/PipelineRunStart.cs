using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Client.Watching;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineRunStart : MeshCommand
{
    private readonly Argument<string> _pipeline = new("PIPELINE") { Description = "The pipeline." };
    private readonly Argument<string> _dataset = new("DATASET[/VERSION]") { Description = "What it processes; the latest version unless one is given." };
    private readonly Option<int> _cpus = new("--cpus") { Description = "Processor cores it may use. [default: the service's]", HelpName = "N" };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Return at once; `mesh pipeline show PIPELINE` tells how it goes." };

    public PipelineRunStart()
        : base("run", "Runs a pipeline on a dataset and waits for the processed dataset. The same input is answered from the earlier result.",
            "mesh pipeline run gray28 fashion-mnist", "mesh pipeline run gray28 fashion-mnist/1 --no-wait")
    {
        Add(_pipeline);
        Add(_dataset);
        Add(_cpus);
        Add(_noWait);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var request = new CreatePipelineRunRequest
        {
            Parent = Names.Of(run, "pipelines", run.Get(_pipeline)),
            DatasetVersion = await DatasetArgument.VersionAsync(run, run.Get(_dataset)),
            RequestId = CommandRun.NewRequestId(),
            Resources = new ResourceSpec { Cpus = run.Get(_cpus) },
        };
        var job = await run.Mesh.PatientlyAsync(mesh => mesh.Pipelines.CreatePipelineRunAsync(request, cancellationToken: run.Cancel), run.Cancel);
        if (!run.Get(_noWait))
        {
            job = await JobFollow.FollowAsync(run, "preprocess", job.Name, run.Command($"pipeline show {Names.Short(job.Name)}"),
                run.Mesh.WatchPipelineRunAsync(job.Name, run.Cancel), state => state.Status);
        }

        await PipelineText.ShowAsync(run, job);
        return ExitCode.Ok;
    }
}
