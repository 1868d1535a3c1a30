using Mesh.Gateway.Routing;
using Mesh.Inference.V1;
using Mesh.OpenInference;

namespace Mesh.Gateway.Serving;

internal static class InferenceRoutes
{
    private static readonly string[] Rest =
    [
        "/v2/{**rest}",
        "/projects/{project}/v2/{**rest}",
    ];

    /// <summary>Unary methods only: the endpoint reads a call's body to its end before it sends it on.</summary>
    public static void MapInference(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<InferenceEndpoint>();
        foreach (var path in Grpc().Concat(Transcoded()).Concat(Rest))
        {
            app.Map(path, endpoint.HandleAsync);
        }
    }

    private static IEnumerable<string> Transcoded() => HttpRoutes.Of(PredictionService.Descriptor).Select(route => route.Match.Path!);

    private static IEnumerable<string> Grpc() =>
        from service in new[] { GRPCInferenceService.Descriptor, PredictionService.Descriptor }
        from method in service.Methods
        where !method.IsClientStreaming && !method.IsServerStreaming
        select $"/{service.FullName}/{method.Name}";
}
