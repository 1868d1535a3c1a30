using Mesh.ServiceDefaults.Names;

namespace Mesh.Gateway.Serving;

/// <summary>
/// Finds which deployment an inference call is for without parsing it: in the path, or in field 1 of the message, which
/// writers put first. No tensor is looked at.
/// </summary>
internal static class DeploymentName
{
    private const string Default = "default";

    /// <returns>"projects/p/deployments/d", or null when the call names none (then any replica answers).</returns>
    public static string? Of(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var path = request.Path.Value!;
        if (path == "/mesh.inference.v1.PredictionService/Predict")
        {
            return GrpcMessage.FirstString(request, body) is { } name && name.StartsWith("projects/", StringComparison.Ordinal) ? name : null;
        }

        if (path.StartsWith("/inference.GRPCInferenceService/Model", StringComparison.Ordinal))
        {
            return GrpcMessage.FirstString(request, body) is { Length: > 0 } model ? Qualified(Header(request) ?? Default, model) : null;
        }

        return FromPath(path.Split('/', StringSplitOptions.RemoveEmptyEntries), Header(request));
    }

    private static string? FromPath(string[] parts, string? project) => parts switch
    {
        ["v2", "models", var model, ..] => Qualified(project ?? Default, model),
        ["projects", var named, "v2", "models", var model, ..] => Qualified(named, model),
        ["v1", "projects", var named, "deployments", var model] => Qualified(named, model.Split(':')[0]),
        _ => null,
    };

    private static string? Header(HttpRequest request) => request.Headers["mesh-project"] is [{ Length: > 0 } project] ? project : null;

    private static string? Qualified(string project, string model) =>
        ResourceId.IsSegment(project) && ResourceId.IsSegment(model) ? $"projects/{project}/deployments/{model}" : null;
}
