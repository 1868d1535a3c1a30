using Mesh.Blobs;
using Mesh.Jobs;
using Mesh.Preprocessing.V1;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Clients;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Trainer.Runs;
using Mesh.Trainer.Storage;

namespace Mesh.Trainer;

public static class TrainerSetup
{
    public static void AddTrainer(this WebApplicationBuilder builder)
    {
        builder.AddMeshDatabase<TrainerDb, SqliteTrainerDb, PostgresTrainerDb>();
        builder.AddJobs<TrainerDb, TrainingRunKind>();
        builder.Services.AddOptions<TrainerOptions>().BindConfiguration(TrainerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddProjectContents<RunContents>();
        builder.Services.AddMeshClient<PipelineService.PipelineServiceClient>("preprocessing");
        builder.Services.AddSingleton<RunFolders>();
        builder.Services.AddHostedService<DeletedRuns>();
        builder.Services.AddSingleton<RunPins>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RunPins>());
        builder.Services.AddSingleton<RunRequests>();
        builder.Services.AddSingleton<RunStore>();
    }

    public static void MapTrainer(this WebApplication app)
    {
        app.MapJobs<TrainerDb>();
        app.MapGrpcService<TrainingApi>();
    }

    /// <summary>What a worker process needs: the shards, its folder and the registry.</summary>
    public static void AddTrainingWorker(HostApplicationBuilder builder)
    {
        builder.Services.AddMeshClient<ModelService.ModelServiceClient>("registry");
        builder.AddBlobStore();
        builder.Services.AddSingleton<RunFolders>();
    }
}
