using Mesh.Blobs;
using Mesh.Inference.Directory;
using Mesh.Inference.Predictions;
using Mesh.Inference.Protocol;
using Mesh.Inference.Rest;
using Mesh.Inference.Serving;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Clients;
using Microsoft.Extensions.Options;

namespace Mesh.Inference;

public static class InferenceSetup
{
    public static void AddInference(this WebApplicationBuilder builder)
    {
        var options = InferenceOptions.Early(builder.Configuration);
        builder.Services.AddOptions<InferenceOptions>().BindConfiguration(InferenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<InferenceOptions>, InferenceOptionsCheck>();
        builder.AddBlobStore();
        builder.Services.AddSingleton<ModelLoader>();
        builder.Services.AddSingleton<ServedModels>();
        builder.Services.AddSingleton<Replica>();
        builder.Services.AddSingleton<Inferencer>();
        builder.Services.AddSingleton<OpenInferenceApi>();
        builder.Services.AddSingleton<OpenInferenceRest>();
        builder.Services.AddSingleton<PredictionApi>();
        builder.Services.AddMeshClient<DirectoryService.DirectoryServiceClient>("registry");
        builder.Services.AddHostedService<DirectoryClient>();
        builder.Services.AddHealthChecks().AddCheck<ReplicaHealth>("replica");
        builder.Services.AddGrpc()
            .AddServiceOptions<OpenInferenceApi>(grpc => grpc.MaxReceiveMessageSize = options.MaxRequestBytes)
            .AddServiceOptions<PredictionApi>(grpc => grpc.MaxReceiveMessageSize = options.MaxRequestBytes);
        // Kestrel's own limit (28.6 MB) is below ours. A little above it, so that gRPC and REST refuse in their own words.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes + (1L << 20));
        // The drain is over by then; what is left of the 5 s that a stop may take.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4.5));

        // A model that runs keeps its pool thread busy; without more threads a full house would also stop the reading of
        // requests until the pool grows by itself, half a second later.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + options.RunsAtOnce), ports);
    }

    public static void MapInference(this WebApplication app)
    {
        app.MapGrpcService<OpenInferenceApi>();
        app.MapGrpcService<PredictionApi>();
        app.Services.GetRequiredService<OpenInferenceRest>().Map(app);
    }
}
