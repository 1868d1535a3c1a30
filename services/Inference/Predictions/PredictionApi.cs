using System.Runtime.InteropServices;
using Grpc.Core;
using Mesh.Inference.Batching;
using Mesh.Inference.Directory;
using Mesh.Inference.Protocol;
using Mesh.Inference.Serving;
using Mesh.Inference.Tensors;
using Mesh.Inference.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Inference.Predictions;

/// <summary>Predictions on raw records: the model's own fitted transforms, the batcher, softmax, names.</summary>
internal sealed class PredictionApi(ServedModels models, Replica replica) : PredictionService.PredictionServiceBase
{
    /// <summary>Images of one request. They are all in the queue at once.</summary>
    public const int MostInstances = 256;

    private static readonly ResourcePattern Deployment = new("projects/{project}/deployments/{deployment}");

    public override async Task<PredictResponse> Predict(PredictRequest request, ServerCallContext context)
    {
        var ids = Deployment.Parse(request.Name, "name");
        Check(request);
        context.GetHttpContext().Response.Headers[Inferencer.ReplicaHeader] = replica.Id;
        using var lease = models.Lend(ids[0], ids[1]);
        try
        {
            var classifier = lease.Model.Classifier
                ?? throw MeshError.Precondition("NOT_AN_IMAGE_CLASSIFIER", $"The model of {request.Name} takes tensors, not images; use the Open Inference Protocol.");
            var response = new PredictResponse { ModelVersion = lease.Model.Version };
            var most = lease.Model.MaxBatchRows;
            // Every part is in the queue before the first is awaited, so they can run on several instances.
            var parts = request.Instances.Chunk(most)
                .Select((part, index) => PredictAsync(lease.Model, classifier, part, index * most, request.TopK, context.CancellationToken))
                .ToArray();
            foreach (var part in await Task.WhenAll(parts))
            {
                response.Predictions.Add(part);
            }

            lease.Answered();
            return response;
        }
        catch (Exception e)
        {
            lease.Failed(e);
            throw;
        }
    }

    private static void Check(PredictRequest request)
    {
        var violations = new Violations();
        violations.Require(request.Instances.Count is >= 1 and <= MostInstances, "instances", $"must be 1 to {MostInstances}.");
        violations.Require(request.TopK >= 0, "top_k", "must not be negative.");
        for (var i = 0; i < request.Instances.Count && i < MostInstances; i++)
        {
            violations.Require(request.Instances[i] is { KindCase: Instance.KindOneofCase.Image, Image.Length: > 0 }, $"instances[{i}].image", "is required.");
        }

        violations.ThrowIfAny();
    }

    private static async Task<Prediction[]> PredictAsync(
        LoadedModel model, ImageClassifier classifier, Instance[] instances, int firstIndex, int topK, CancellationToken cancel)
    {
        var input = TensorMemory.Rent(checked(instances.Length * classifier.RowLength * sizeof(float)));
        OutputTensor[] outputs;
        try
        {
            await ImageRecords.ReadAsync(classifier, instances, firstIndex, input, cancel);
            long[] shape = [instances.Length, .. model.Model.Inputs[0].Shape.AsSpan(1)];
            outputs = await model.Batcher.SubmitAsync(new BatchRequest([new InputTensor(input, shape)], instances.Length), cancel);
        }
        finally
        {
            input.Release();
        }

        try
        {
            var logits = MemoryMarshal.Cast<byte, float>(outputs[0].Bytes);
            var classes = classifier.Labels.Count;
            var predictions = new Prediction[instances.Length];
            for (var i = 0; i < predictions.Length; i++)
            {
                predictions[i] = TopClasses.Of(logits.Slice(i * classes, classes), classifier.Labels, topK);
            }

            return predictions;
        }
        finally
        {
            outputs[0].Release();
        }
    }
}
