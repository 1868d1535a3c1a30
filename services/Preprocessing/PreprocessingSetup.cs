using Mesh.Blobs;
using Mesh.Ingest.V1;
using Mesh.Jobs;
using Mesh.Preprocessing.DryRuns;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Processed;
using Mesh.Preprocessing.Runs;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.Triggers;
using Mesh.ServiceDefaults.Clients;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Trainer.V1;

namespace Mesh.Preprocessing;

public static class PreprocessingSetup
{
    public static void AddPreprocessing(this WebApplicationBuilder builder)
    {
        builder.AddMeshDatabase<PreprocessingDb, SqlitePreprocessingDb, PostgresPreprocessingDb>();
        builder.AddJobs<PreprocessingDb, PipelineRunKind>();
        builder.AddJobKind<PreprocessingDb, PartitionedRunKind>();
        builder.AddJobKind<PreprocessingDb, RunPartKind>();
        AddRecords(builder);
        builder.Services.AddProjectContents<PipelineContents>();
        builder.Services.AddSingleton<PipelineStore>();
        builder.Services.AddSingleton<DatasetVersions>();
        builder.Services.AddSingleton<RunPartitioner>();
        builder.Services.AddSingleton<RunCompletion>();
        builder.Services.AddSingleton<InputPins>();
        builder.Services.AddSingleton<RunStore>();
        builder.Services.AddSingleton<DryRunFolders>();
        builder.Services.AddSingleton<DryRunProcesses>();
        builder.Services.AddSingleton<DryRuns.DryRuns>();
        builder.Services.AddSingleton<ProcessedStore>();
        builder.Services.AddSingleton<ProcessedFiles>();
        builder.AddBlobStore();
        builder.Services.AddHostedService<DatasetCare>();
        builder.Services.AddHostedService<BlobCollection>();
        AddTriggers(builder);
    }

    public static void MapPreprocessing(this WebApplication app)
    {
        app.MapJobs<PreprocessingDb>();
        app.MapGrpcService<PipelineApi>();
        app.MapGrpcService<TriggerApi>();
        app.Services.GetRequiredService<ProcessedFiles>().Map(app);
    }

    /// <summary>What a worker process needs: the records, the blob store and its folder.</summary>
    public static void AddPipelineWorker(HostApplicationBuilder builder)
    {
        AddRecords(builder);
        builder.AddBlobStore();
    }

    private static void AddTriggers(WebApplicationBuilder builder)
    {
        builder.Services.AddMeshClient<TrainingService.TrainingServiceClient>("trainer");
        builder.Services.AddSingleton<NewVersions>();
        builder.Services.AddSingleton<TriggerStore>();
        builder.Services.AddSingleton<Retries>();
        builder.Services.AddSingleton<VersionWatch>();
        builder.Services.AddSingleton<RunStarts>();
        builder.Services.AddSingleton<TrainingStarts>();
        builder.Services.AddHostedService<TriggerCare>();
    }

    /// <summary>What every process needs that reads records.</summary>
    public static void AddRecords(IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<PreprocessingOptions>().BindConfiguration(PreprocessingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddMeshClient<DatasetService.DatasetServiceClient>("ingest");
    }
}
