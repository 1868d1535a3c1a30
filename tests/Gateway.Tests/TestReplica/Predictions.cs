using Grpc.Core;
using Mesh.Inference.V1;

namespace Mesh.Gateway.TestReplica;

internal sealed class Predictions(ReplicaServer replica) : PredictionService.PredictionServiceBase
{
    /// <summary>One prediction per instance, with the instance's size as the class index.</summary>
    public override Task<PredictResponse> Predict(PredictRequest request, ServerCallContext context) => Task.FromResult(new PredictResponse
    {
        ModelVersion = replica.Id,
        Predictions = { request.Instances.Select(i => new Prediction { Classes = { new ClassScore { Label = request.Name, Index = i.Image.Length } } }) },
    });
}
