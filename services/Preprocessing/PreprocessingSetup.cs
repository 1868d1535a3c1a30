using Mesh.Blobs;
using Mesh.Ingest.V1;
using Mesh.Jobs;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;
using Mesh.ServiceDefaults.Clients;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;

namespace Mesh.Preprocessing;

public static class PreprocessingSetup
{
    public static void AddPreprocessing(this WebApplicationBuilder builder)
    {
        builder.AddMeshDatabase<PreprocessingDb, SqlitePreprocessingDb, PostgresPreprocessingDb>();
        builder.AddJobs<PreprocessingDb, PipelineRunKind>();
        builder.Services.AddOptions<PreprocessingOptions>().BindConfiguration(PreprocessingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddProjectContents<PipelineContents>();
        builder.Services.AddMeshClient<DatasetService.DatasetServiceClient>("ingest");
        builder.Services.AddSingleton<PipelineStore>();
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<ProcessedStore>();
        builder.AddBlobStore();
        builder.Services.AddHostedService<DatasetCare>();
    }

    public static void MapPreprocessing(this WebApplication app)
    {
        app.MapJobs<PreprocessingDb>();
        app.MapGrpcService<PipelineApi>();
    }

    /// <summary>What a worker process needs: the records, the blob store and its folder.</summary>
    public static void AddPipelineWorker(HostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PreprocessingOptions>().BindConfiguration(PreprocessingOptions.Section).ValidateDataAnnotations();
        builder.Services.AddMeshClient<DatasetService.DatasetServiceClient>("ingest");
        builder.AddBlobStore();
    }
}
