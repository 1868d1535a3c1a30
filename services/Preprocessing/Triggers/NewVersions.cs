using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Preprocessing.Triggers;

/// <summary>The versions that a trigger fires for, as Ingest knows them.</summary>
public sealed class NewVersions(DatasetService.DatasetServiceClient datasets)
{
    /// <summary>The number up to which a new trigger does not fire.</summary>
    /// <exception cref="MeshException">NOT_FOUND.</exception>
    public async Task<int> SeenAtFirstAsync(Trigger trigger, CancellationToken cancel)
    {
        try
        {
            if (trigger.Tag.Length > 0)
            {
                var tagged = await datasets.ListDatasetVersionsAsync(new ListDatasetVersionsRequest { Parent = trigger.Dataset, Tag = trigger.Tag }, cancellationToken: cancel);
                return tagged.Versions.Select(v => NumberOf(v.Name)).SingleOrDefault();
            }

            var dataset = await datasets.GetDatasetAsync(new GetDatasetRequest { Name = trigger.Dataset }, cancellationToken: cancel);
            return dataset.LatestVersion.Length == 0 ? 0 : NumberOf(dataset.LatestVersion);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw MeshError.NotFound(trigger.Dataset);
        }
    }

    /// <summary>Versions after the seen ones that have SUCCEEDED, and up to which number all have ended.</summary>
    public async Task<(IReadOnlyList<int> Ready, int Seen)> FindAsync(Trigger trigger, int seen, CancellationToken cancel)
    {
        var ready = new List<int>();
        var allEnded = true;
        var request = new ListDatasetVersionsRequest { Parent = trigger.Dataset, AfterVersion = seen, Tag = trigger.Tag };
        do
        {
            var page = await datasets.ListDatasetVersionsAsync(request, cancellationToken: cancel);
            foreach (var version in page.Versions)
            {
                var number = NumberOf(version.Name);
                if (version.Status.State == JobState.Succeeded)
                {
                    ready.Add(number);
                }

                allEnded &= version.Status.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
                seen = allEnded ? number : seen;
            }

            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return (ready, seen);
    }

    private static int NumberOf(string version) => ResourceId.ParseVersion(Names.DatasetVersion.Parse(version, "name")[2], "name");
}
