using Grpc.Core;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Serving;

/// <summary>A request's hold on the model that answers it. Dispose it when the outputs are there; the model is not freed before.</summary>
internal sealed class ModelLease(ServedModels models, ServedDeployment deployment, LoadedModel model) : IDisposable
{
    public LoadedModel Model => model;

    /// <summary>Counts the request under its outcome and passes the error on.</summary>
    public void Failed(Exception error) => Count(error switch
    {
        MeshException mesh => mesh.Code.ToString(),
        OperationCanceledException => nameof(StatusCode.Cancelled),
        _ => nameof(StatusCode.Internal),
    });

    public void Answered()
    {
        deployment.CountAnswer();
        Count("ok");
    }

    public void Dispose()
    {
        model.Dispose();
        models.Left();
    }

    private void Count(string outcome) =>
        Telemetry.Requests.Add(1, deployment.MetricTag, new KeyValuePair<string, object?>("mesh.outcome", outcome));
}
