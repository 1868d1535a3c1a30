using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands.Training;

internal sealed class TrainArchitectures : MeshCommand
{
    public TrainArchitectures()
        : base("architectures", "Lists the architectures that can be trained, with their hyperparameters.", "mesh train architectures")
    {
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var answer = await run.Mesh.Training.ListArchitecturesAsync(new ListArchitecturesRequest { Parent = run.Project }, cancellationToken: run.Cancel);
        run.Show(answer, output =>
        {
            foreach (var architecture in answer.Architectures)
            {
                output.WriteLine($"{architecture.Id}: {Printable.Line(architecture.Summary)}");
                ParameterText.Write(output, architecture.Hyperparameters.Select(p => (p.Name, p.Type, p.DefaultValue, p.Range, p.Meaning)));
            }
        });
        return ExitCode.Ok;
    }
}
