using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Models;

internal sealed class ModelDelete : MeshCommand
{
    private readonly Argument<string> _model = new("MODEL[/VERSION]") { Description = "A model without versions, or a version that neither an alias nor a deployment uses." };

    public ModelDelete()
        : base("delete", "Deletes a version, or a model that has none.", "mesh model delete fashion-mnist/1", "mesh model delete fashion-mnist") => Add(_model);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (name, version) = Names.WithChild(run, "models", "versions", run.Get(_model));
        var empty = version is null
            ? await run.Mesh.Models.DeleteModelAsync(new DeleteModelRequest { Name = name }, cancellationToken: run.Cancel)
            : await run.Mesh.Models.DeleteModelVersionAsync(new DeleteModelVersionRequest { Name = version }, cancellationToken: run.Cancel);
        run.Show(empty, output => output.WriteLine($"Deleted {version ?? name}."));
        return ExitCode.Ok;
    }
}
