using Mesh.ServiceDefaults.Names;

namespace Mesh.Preprocessing.Pipelines;

internal static class Names
{
    public static readonly ResourcePattern Pipeline = new("projects/{project}/pipelines/{pipeline}");

    public static readonly ResourcePattern Run = new("projects/{project}/pipelines/{pipeline}/runs/{run}");

    public static readonly ResourcePattern RunPart = new("projects/{project}/pipelines/{pipeline}/runs/{run}/parts/{part}");

    public static readonly ResourcePattern Processed = new("projects/{project}/processedDatasets/{dataset}");

    public static readonly ResourcePattern Trigger = new("projects/{project}/pipelines/{pipeline}/triggers/{trigger}");

    public static readonly ResourcePattern Dataset = new("projects/{project}/datasets/{dataset}");

    public static readonly ResourcePattern DatasetVersion = new("projects/{project}/datasets/{dataset}/versions/{version}");
}
