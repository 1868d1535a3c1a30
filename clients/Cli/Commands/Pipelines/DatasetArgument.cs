using Mesh.Cli.Running;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>"fashion-mnist" or "fashion-mnist/3" as the version of a dataset.</summary>
internal static class DatasetArgument
{
    /// <summary>The version that is named, by its number or a tag, or else the latest.</summary>
    /// <exception cref="CommandException">The dataset has none.</exception>
    public static async Task<string> VersionAsync(CommandRun run, string typed)
    {
        var (name, version) = Names.WithChild(run, "datasets", "versions", typed);
        if (version is not null)
        {
            return version;
        }

        var dataset = await run.Mesh.Datasets.GetDatasetAsync(new GetDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        return dataset.LatestVersion.Length > 0
            ? dataset.LatestVersion
            : throw CommandException.Failed($"{name} has no version that is ready. Upload one: {run.Command($"dataset upload {Names.Id(name)} FILES")}");
    }
}
