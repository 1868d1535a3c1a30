using Grpc.Core;
using Mesh.OpenInference;

namespace Mesh.Inference.Protocol;

/// <summary>What generated code would give as the service's base, with ModelInfer on messages of our own.</summary>
[BindServiceMethod(typeof(OpenInferenceBinding), nameof(OpenInferenceBinding.BindService))]
internal abstract class OpenInferenceBase
{
    public abstract Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context);

    public abstract Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context);

    public abstract Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context);

    public abstract Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context);

    public abstract Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context);

    public abstract Task<InferResponse> ModelInfer(InferRequest request, ServerCallContext context);
}
