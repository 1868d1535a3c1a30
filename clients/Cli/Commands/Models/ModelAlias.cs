using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Models;

internal sealed class ModelAlias : MeshCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The model." };
    private readonly Argument<string> _alias = new("ALIAS") { Description = "The alias, for example production." };
    private readonly Argument<int?> _version = new("VERSION") { Description = "The version it shall mean.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _delete = new("--delete") { Description = "Remove the alias." };

    public ModelAlias()
        : base("alias", "Points an alias at a version; deployments of the alias follow.",
            "mesh model alias fashion-mnist production 3", "mesh model alias fashion-mnist staging --delete")
    {
        Add(_model);
        Add(_alias);
        Add(_version);
        Add(_delete);
        Validators.Add(result =>
        {
            if ((result.GetValue(_version) is null) != result.GetValue(_delete))
            {
                result.AddError("Give either a VERSION or --delete.");
            }
        });
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (name, alias) = (Names.Of(run, "models", run.Get(_model)), run.Get(_alias));
        if (run.Get(_version) is not { } version)
        {
            var left = await run.Mesh.Models.DeleteModelAliasAsync(new DeleteModelAliasRequest { Name = name, Alias = alias }, cancellationToken: run.Cancel);
            run.Show(left, output => output.WriteLine($"Removed the alias {alias} of {name}."));
            return ExitCode.Ok;
        }

        var model = await run.Mesh.Models.SetModelAliasAsync(new SetModelAliasRequest { Name = name, Alias = alias, Version = version }, cancellationToken: run.Cancel);
        run.Show(model, output => output.WriteLine($"{alias} of {name} is version {version} now."));
        return ExitCode.Ok;
    }
}
