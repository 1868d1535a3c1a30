using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineCancel : MeshCommand
{
    private readonly Argument<string> _run = new("PIPELINE/RUN") { Description = "The run; `mesh pipeline show PIPELINE` lists them." };

    public PipelineCancel()
        : base("cancel", "Cancels a run of a pipeline.", "mesh pipeline cancel gray28/run-019a2c…") => Add(_run);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (_, name) = Names.WithChild(run, "pipelines", "runs", run.Get(_run));
        if (name is null)
        {
            throw CommandException.Usage("Say which run: PIPELINE/RUN.");
        }

        var job = await run.Mesh.Pipelines.CancelPipelineRunAsync(new CancelPipelineRunRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(job, output => output.WriteLine($"{job.Name} is {JobText.State(job.Status)}."));
        return ExitCode.Ok;
    }
}
