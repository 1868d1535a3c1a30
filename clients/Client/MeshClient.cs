using System.Net;
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
    private readonly SocketsHttpHandler _connections = new()
    {
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
        // What a stream may send ahead of its reader. .NET lets it grow to 16 MiB unless the program forbids that.
        InitialHttp2StreamWindowSize = 1 << 20,
    };

    private readonly GrpcChannel _channel;

    public MeshClient(MeshClientOptions? options = null)
    {
        Options = options ?? new MeshClientOptions();
        _channel = GrpcChannel.ForAddress(Options.Address, new GrpcChannelOptions
        {
            HttpHandler = _connections,
            MaxReceiveMessageSize = 64 * 1024 * 1024,
            MaxSendMessageSize = 64 * 1024 * 1024,
            ServiceConfig = new ServiceConfig
            {
                MethodConfigs = { RetryUnavailable(Options.MaxAttempts), Once("mesh.ingest.v1.DatasetService", "WriteUpload"), Once("mesh.registry.v1.ModelService", "WriteBundleUpload") },
            },
        });
        Http = new HttpClient(_connections, disposeHandler: false)
        {
            BaseAddress = Options.Address,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var calls = _channel.Intercept(new ErrorInterceptor(), new DeadlineInterceptor(Options.CallTimeout));
        Projects = new(calls);
        Datasets = new(calls);
        Imports = new(calls);
        Pipelines = new(calls);
        Training = new(calls);
        Models = new(calls);
        Deployments = new(calls);
        Predictions = new(calls);
        OpenInference = new(calls);
        DatasetUploads = new Uploader(UploadTarget.Datasets(Datasets, Http), Options.Patience);
        BundleUploads = new Uploader(UploadTarget.Bundles(Models, Http), Options.Patience);
    }

    public MeshClientOptions Options { get; }

    public ProjectService.ProjectServiceClient Projects { get; }

    public DatasetService.DatasetServiceClient Datasets { get; }

    public ImportService.ImportServiceClient Imports { get; }

    public PipelineService.PipelineServiceClient Pipelines { get; }

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

    public void Dispose()
    {
        Http.Dispose();
        _channel.Dispose();
        _connections.Dispose();
    }

    /// <summary>Plain HTTP/2 on the same connections, for bytes as they are.</summary>
    internal HttpClient Http { get; }

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
