using Yarp.ReverseProxy.Configuration;

namespace Mesh.Gateway.Routing;

/// <summary>
/// Routes of bytes that travel over plain HTTP as they are, which the protos cannot describe. Their bodies have no limit here: the
/// service has one, and bytes only pass through. One on which nothing moves is cut as any call is.
/// </summary>
internal static class ByteRoutes
{
    private const long Unlimited = -1;

    public static IReadOnlyList<RouteConfig> All { get; } =
    [
        Route("ingest", "/v1/projects/{project}/uploads/{upload}/content", "GET", "HEAD", "PUT"),
        Route("ingest", "/v1/projects/{project}/files/{**name}", "PUT"),
        Route("ingest", "/v1/projects/{project}/blobs/{sha256}", "GET", "HEAD"),
        Route("ingest", "/v1/projects/{project}/datasets/{dataset}/versions/{version}/files/{**path}", "GET", "HEAD"),
        Route("preprocessing", "/v1/projects/{project}/processedDatasets/{dataset}/files/{**path}", "GET", "HEAD"),
        Route("registry", "/v1/projects/{project}/bundleUploads/{upload}/content", "GET", "HEAD", "PUT"),
        Route("registry", "/v1/projects/{project}/bundleFiles/{**name}", "PUT"),
    ];

    public static bool IsUnlimited(RouteConfig route) => route.MaxRequestBodySize == Unlimited;

    private static RouteConfig Route(string owner, string path, params string[] verbs) => new()
    {
        RouteId = path,
        ClusterId = owner,
        Match = new RouteMatch { Path = path, Methods = verbs },
        MaxRequestBodySize = Unlimited,
    };
}
