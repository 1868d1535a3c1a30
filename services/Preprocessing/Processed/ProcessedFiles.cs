using System.Globalization;
using Mesh.Blobs;
using Mesh.Blobs.Http;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Http;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Preprocessing.Processed;

/// <summary>The shards of processed datasets, and what was fitted, over plain HTTP.</summary>
internal sealed class ProcessedFiles(ProcessedStore processed, IBlobStore blobs, ILogger<ProcessedFiles> logger)
{
    private const string FittedPipeline = "fitted-pipeline.json";

    /// <summary>"train/00000.arrow": in the order of their rows.</summary>
    public static void NameShards(ProcessedDataset dataset)
    {
        foreach (var split in dataset.Splits)
        {
            foreach (var (i, shard) in split.Shards.Index())
            {
                shard.Path = string.Create(CultureInfo.InvariantCulture, $"{split.Name}/{i:D5}.arrow");
            }
        }
    }

    public void Map(IEndpointRouteBuilder app) =>
        app.MapHttpCall(["GET", "HEAD"], "/v1/projects/{project}/processedDatasets/{dataset}/files/{**path}", "pipelines.read", (http, _) => SendAsync(http));

    private async Task SendAsync(HttpContext http)
    {
        var (route, path) = (http.Request.RouteValues, http.Request.RouteValues["path"] as string ?? "");
        var dataset = await processed.GetAsync($"projects/{route["project"]}/processedDatasets/{route["dataset"]}", http.RequestAborted);
        var sha256 = path == FittedPipeline
            ? dataset.FittedPipelineSha256
            : dataset.Splits.SelectMany(split => split.Shards).FirstOrDefault(shard => shard.Path == path)?.Sha256
                ?? throw MeshError.NotFound($"{dataset.Name}/files/{Specs.SpecViolation.Shorten(path)}");
        var scope = new BlobScope("preprocessing", ResourcePattern.ProjectOf(dataset.Name)!);
        await BlobHttp.SendAsync(http, blobs, scope, BlobDigest.Parse(sha256), path.Replace('/', '-'), isPublic: false, logger);
    }
}
