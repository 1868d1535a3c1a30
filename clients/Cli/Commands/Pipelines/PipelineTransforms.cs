using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineTransforms : MeshCommand
{
    private readonly Argument<string?> _type = new("TYPE") { Description = "One of them. [default: all]", Arity = ArgumentArity.ZeroOrOne };

    public PipelineTransforms()
        : base("transforms", "Lists the transforms that pipelines can use, with their parameters.", "mesh pipeline transforms", "mesh pipeline transforms tokenize") =>
        Add(_type);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var answer = await run.Mesh.Pipelines.ListTransformsAsync(new ListTransformsRequest { Parent = run.Project }, cancellationToken: run.Cancel);
        if (run.Get(_type) is { } type)
        {
            var one = answer.Transforms.FirstOrDefault(transform => transform.Type == type)
                ?? throw CommandException.Usage($"No transform is called {type}. There are {string.Join(", ", answer.Transforms.Select(transform => transform.Type))}.");
            answer = new ListTransformsResponse { Transforms = { one } };
        }

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
