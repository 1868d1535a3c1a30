using Google.Protobuf;
using Grpc.Core;
using Mesh.OpenInference;

namespace Mesh.Gateway.TestReplica;

internal sealed class OpenInference(ReplicaServer replica) : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        await Behaviour.ApplyAsync(request, replica, context);
        var response = new ModelInferResponse { ModelName = request.ModelName, Id = request.Id };
        response.Parameters["replica"] = new InferParameter { StringParam = replica.Id };
        response.Parameters["bytes"] = new InferParameter { Int64Param = request.RawInputContents.Sum(raw => (long)raw.Length) };
        response.Parameters["seconds_left"] = new InferParameter { DoubleParam = (context.Deadline - DateTime.UtcNow).TotalSeconds };
        if (request.Parameters.TryGetValue("answer_bytes", out var size))
        {
            response.RawOutputContents.Add(ByteString.CopyFrom(Pattern((int)size.Int64Param)));
        }

        context.ResponseTrailers.Add("served-by", replica.Id);
        return response;
    }

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse { Name = "test", Version = replica.Id });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = true });

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelMetadataResponse { Name = request.Name, Platform = replica.Id });

    /// <summary>Bytes of which each says where it is, so that a gap or a swap shows.</summary>
    private static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i * 31 + (i >> 8));
        }

        return bytes;
    }
}
