using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Client.Retrying;
using Mesh.Ingest.V1;

namespace Mesh.Cli.Commands.Datasets;

/// <summary>"DATASET[/VERSION]": a version by its number or a tag, the newest that is ready without either.</summary>
internal sealed class VersionArgument() : Argument<string>("DATASET[/VERSION]")
{
    public VersionArgument(string description)
        : this() => Description = description;

    /// <summary>The version, under the name with its number.</summary>
    public async Task<DatasetVersion> GetAsync(CommandRun run)
    {
        var (dataset, version) = Names.WithChild(run, "datasets", "versions", run.Get(this));
        return await FindAsync(run, version ?? $"{dataset}/versions/latest");
    }

    /// <param name="typed">A version of <paramref name="dataset"/>, "3" or "production", or a whole name.</param>
    public static Task<DatasetVersion> GetAsync(CommandRun run, string dataset, string typed) =>
        FindAsync(run, typed.StartsWith("projects/", StringComparison.Ordinal) ? typed : $"{dataset}/versions/{typed}");

    private static Task<DatasetVersion> FindAsync(CommandRun run, string name) => run.Mesh.PatientlyAsync(
        mesh => mesh.Datasets.GetDatasetVersionAsync(new GetDatasetVersionRequest { Name = name }, cancellationToken: run.Cancel), run.Cancel);
}
