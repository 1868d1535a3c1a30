using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineDelete : MeshCommand
{
    private readonly Argument<string> _pipeline = new("PIPELINE[/RUN]") { Description = "A pipeline none of whose runs is still at work, or one run that has ended." };

    public PipelineDelete()
        : base("delete", "Deletes a pipeline with its runs, or one run. What they made stays.", "mesh pipeline delete gray28", "mesh pipeline delete gray28/run-019a2c…") => Add(_pipeline);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (pipeline, job) = Names.WithChild(run, "pipelines", "runs", run.Get(_pipeline));
        var empty = job is null
            ? await run.Mesh.Pipelines.DeletePipelineAsync(new DeletePipelineRequest { Name = pipeline }, cancellationToken: run.Cancel)
            : await run.Mesh.Pipelines.DeletePipelineRunAsync(new DeletePipelineRunRequest { Name = job }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {job ?? pipeline}."));
        return ExitCode.Ok;
    }
}
