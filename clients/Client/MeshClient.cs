using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Mesh.Client.Errors;
using Mesh.Client.Uploads;
using Mesh.Identity.V1;
using Mesh.Inference.V1;
using Mesh.Ingest.V1;
using Mesh.OpenInference;
using Mesh.Preprocessing.V1;
using Mesh.Registry.V1;
using Mesh.Trainer.V1;

namespace Mesh.Client;

/// <summary>
/// The .NET SDK of Mesh: typed clients of every public service behind one gateway. Calls have deadlines, are tried again
/// while the mesh is UNAVAILABLE, and fail with <see cref="MeshApiException"/>. Thread safe; make one and keep it.
/// </summary>
public sealed class MeshClient : IDisposable
{
    private readonly GrpcChannel _channel;

    public MeshClient(MeshClientOptions? options = null)
    {
        Options = options ?? new MeshClientOptions();
        _channel = GrpcChannel.ForAddress(Options.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = TimeSpan.FromSeconds(20),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 64 * 1024 * 1024,
            MaxSendMessageSize = 64 * 1024 * 1024,
            ServiceConfig = new ServiceConfig
            {
                MethodConfigs = { RetryUnavailable(Options.MaxAttempts), Once("mesh.ingest.v1.DatasetService", "WriteUpload"), Once("mesh.registry.v1.ModelService", "WriteBundleUpload") },
            },
        });
        var calls = _channel.Intercept(new ErrorInterceptor(), new DeadlineInterceptor(Options.CallTimeout));
        Projects = new(calls);
        Datasets = new(calls);
        Pipelines = new(calls);
        Triggers = new(calls);
        Training = new(calls);
        Models = new(calls);
        Deployments = new(calls);
        Predictions = new(calls);
        OpenInference = new(calls);
        DatasetUploads = new Uploader(UploadTarget.Datasets(Datasets), Options.Patience);
        BundleUploads = new Uploader(UploadTarget.Bundles(Models), Options.Patience);
    }

    public MeshClientOptions Options { get; }

    public ProjectService.ProjectServiceClient Projects { get; }

    public DatasetService.DatasetServiceClient Datasets { get; }

    public PipelineService.PipelineServiceClient Pipelines { get; }

    public TriggerService.TriggerServiceClient Triggers { get; }

    public TrainingService.TrainingServiceClient Training { get; }

    public ModelService.ModelServiceClient Models { get; }

    public DeploymentService.DeploymentServiceClient Deployments { get; }

    public PredictionService.PredictionServiceClient Predictions { get; }

    /// <summary>The Open Inference Protocol, as Triton and KServe speak it.</summary>
    public GRPCInferenceService.GRPCInferenceServiceClient OpenInference { get; }

    /// <summary>Sends files to datasets; resumes after a break.</summary>
    public Uploader DatasetUploads { get; }

    /// <summary>Sends model bundles; resumes after a break.</summary>
    public Uploader BundleUploads { get; }

    public void Dispose() => _channel.Dispose();

    /// <summary>A write starts at what the server has, which only the uploader can ask anew.</summary>
    private static MethodConfig Once(string service, string method) => new() { Names = { new MethodName { Service = service, Method = method } } };

    /// <summary>A service that restarts is back in seconds. Creates carry a request id, so sending them twice is harmless.</summary>
    private static MethodConfig RetryUnavailable(int attempts) => new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = attempts,
            InitialBackoff = TimeSpan.FromMilliseconds(200),
            MaxBackoff = TimeSpan.FromSeconds(5),
            BackoffMultiplier = 3,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };
}
