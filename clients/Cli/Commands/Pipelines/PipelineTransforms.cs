using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineTransforms : MeshCommand
{
    public PipelineTransforms()
        : base("transforms", "Lists the transforms that pipelines can use, with their parameters.", "mesh pipeline transforms")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var answer = await run.Mesh.Pipelines.ListTransformsAsync(new ListTransformsRequest { Parent = run.Project }, cancellationToken: run.Cancel);
        run.Show(answer, output =>
        {
            foreach (var transform in answer.Transforms)
            {
                output.WriteLine($"{transform.Type}: {Printable.Line(transform.Summary)}");
                output.WriteLine($"  reads {(transform.DefaultInputs.Count > 0 ? string.Join(", ", transform.DefaultInputs) : "the inputs you name")}");
                ParameterText.Write(output, transform.Parameters.Select(p => (p.Name, p.Type, p.DefaultValue, p.Range, p.Meaning)));
            }
        });
        return ExitCode.Ok;
    }
}
