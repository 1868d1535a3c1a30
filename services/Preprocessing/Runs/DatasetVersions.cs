using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Preprocessing.Runs;

/// <summary>The dataset versions that pipelines read.</summary>
public sealed class DatasetVersions(DatasetService.DatasetServiceClient datasets)
{
    /// <summary>A version of the project that is ready, by its number or a tag.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT, NOT_FOUND, or FAILED_PRECONDITION when it is not ready.</exception>
    public async Task<DatasetVersion> FindAsync(string name, string project, CancellationToken cancel)
    {
        if (!Names.DatasetVersion.TryParse(name, out var ids) || ids[0] != project)
        {
            throw MeshError.Invalid("dataset_version", $"name one of this project: \"projects/{project}/datasets/…/versions/…\".");
        }

        try
        {
            var version = await datasets.GetDatasetVersionAsync(new GetDatasetVersionRequest { Name = name }, cancellationToken: cancel);
            return version.Status.State == JobState.Succeeded
                ? version
                : throw MeshError.Precondition("VERSION_NOT_READY", $"{name} is {version.Status.State}; a pipeline reads versions that have SUCCEEDED.");
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw MeshError.NotFound(name);
        }
    }

    /// <summary>What describes a version to a worker: not its files and rejected records, of which there may be many.</summary>
    public static DatasetVersion WithoutFiles(DatasetVersion version)
    {
        var input = version.Clone();
        input.Rejected.Clear();
        input.Files.Clear();
        return input;
    }
}
