using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Gateway.Routing;

/// <summary>The largest body of one request; reading beyond it throws <see cref="BadHttpRequestException"/>.</summary>
internal static class BodyLimit
{
    public static void Set(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = bytes;
        }
    }
}
