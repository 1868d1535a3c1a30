using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineDelete : MeshCommand
{
    private readonly Argument<string> _pipeline = new("PIPELINE") { Description = "A pipeline none of whose runs is still at work." };

    public PipelineDelete()
        : base("delete", "Deletes a pipeline with its runs. What they made stays.", "mesh pipeline delete gray28") => Add(_pipeline);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var name = Names.Of(run, "pipelines", run.Get(_pipeline));
        var empty = await run.Mesh.Pipelines.DeletePipelineAsync(new DeletePipelineRequest { Name = name }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {name}."));
        return ExitCode.Ok;
    }
}
