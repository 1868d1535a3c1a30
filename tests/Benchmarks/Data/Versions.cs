using Mesh.Client;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;

namespace Mesh.Benchmarks.Data;

/// <summary>Dataset versions, by the way that everybody takes.</summary>
internal static class Versions
{
    public const string Project = "projects/default";

    /// <summary>Uploads a file and makes a version of it.</summary>
    public static async Task<DatasetVersion> CommitAsync(MeshClient mesh, string path)
    {
        await using var content = File.OpenRead(path);
        var upload = await mesh.DatasetUploads.SendAsync(Project, Path.GetFileName(path), content, Guid.NewGuid().ToString());
        var dataset = await mesh.Datasets.CreateDatasetAsync(new CreateDatasetRequest { Parent = Project, DatasetId = "data", Dataset = new Dataset() });
        var version = await mesh.Datasets.CreateDatasetVersionAsync(new CreateDatasetVersionRequest { Parent = dataset.Name, Uploads = { upload.Name } });
        await foreach (var state in mesh.WatchDatasetVersionAsync(version.Name))
        {
            version = state;
        }

        return version.Status.State == JobState.Succeeded ? version : throw new InvalidOperationException($"The commit ended as {version.Status}.");
    }
}
