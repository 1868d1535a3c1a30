using Mesh.Inference.Serving;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Inference.Protocol;

/// <summary>One inference, whichever way it came: find the model, bind, batch, answer.</summary>
internal sealed class Inferencer(ServedModels models)
{
    public const string ProjectHeader = "mesh-project";
    public const string ReplicaHeader = "mesh-replica";
    public const string DefaultProject = "default";

    /// <summary>The project that a header or a path names; the default one for null.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT: no project can have that name.</exception>
    public static string Project(string? given) => string.IsNullOrEmpty(given) ? DefaultProject
        : ResourceId.IsSegment(given) ? given
        : throw MeshError.Invalid(ProjectHeader, $"is not the id of a project; {ResourceId.Rule}.");

    /// <summary>The caller keeps the request until the answer is there, and disposes the answer.</summary>
    public async Task<InferResponse> InferAsync(string project, InferRequest request, CancellationToken cancel)
    {
        using var lease = models.Lend(project, request.ModelName, request.ModelVersion);
        try
        {
            RequestBinding.CheckOutputs(request, lease.Model);
            var outputs = await lease.Model.Batcher.SubmitAsync(RequestBinding.Bind(request, lease.Model), cancel);
            lease.Answered();
            return new InferResponse(request.ModelName, lease.Model.VersionId, request.Id, RequestBinding.Select(request, outputs));
        }
        catch (Exception e)
        {
            lease.Failed(e);
            throw;
        }
    }
}
