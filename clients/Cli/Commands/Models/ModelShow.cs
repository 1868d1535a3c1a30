using System.CommandLine;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Models;

internal sealed class ModelShow : MeshCommand
{
    private readonly Argument<string> _model = new("MODEL[/VERSION]") { Description = "A model, or one of its versions." };

    public ModelShow()
        : base("show", "Shows a model with its versions, or one version with its signature and where it comes from.",
            "mesh model show fashion-mnist", "mesh model show fashion-mnist/1 --output json") => Add(_model);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (name, versionName) = Names.WithChild(run, "models", "versions", run.Get(_model));
        if (versionName is not null)
        {
            var version = await run.Mesh.Models.GetModelVersionAsync(new GetModelVersionRequest { Name = versionName }, cancellationToken: run.Cancel);
            run.Show(version, output => ModelText.Write(output, version));
            return ExitCode.Ok;
        }

        var model = await run.Mesh.Models.GetModelAsync(new GetModelRequest { Name = name }, cancellationToken: run.Cancel);
        var versions = run.Json ? [] : await run.Mesh.ListModelVersionsAsync(name, run.Cancel).ToListAsync(run.Cancel);
        run.Show(model, output =>
        {
            TextTable.WriteFields(output,
            [
                ("model", model.Name),
                ("name", model.DisplayName),
                ("description", model.Description),
                ("aliases", ModelText.Aliases(model)),
                ("created", $"{Amount.At(model.CreateTime)} by {model.Creator}"),
            ]);
            if (versions.Count > 0)
            {
                output.WriteLine();
                TextTable.Write(output, ["VERSION", "METRICS", "SIZE", "CREATED"],
                    versions.Select(v => (string[])[Names.Id(v.Name), ModelText.Metrics(v), Amount.Bytes(v.BundleSizeBytes), Amount.At(v.CreateTime)]));
            }
        });
        return ExitCode.Ok;
    }
}
