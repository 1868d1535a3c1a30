using System.Globalization;
using Grpc.Core;
using Mesh.ServiceDefaults.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Mesh.Gateway.Routing;

/// <summary>Says in the caller's own protocol why the gateway could not pass a call on.</summary>
internal static class GatewayErrors
{
    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;

    /// <summary>The caller's body is too large or malformed.</summary>
    public static MeshException BadBody(BadHttpRequestException e) => e.StatusCode == StatusCodes.Status413PayloadTooLarge
        ? MeshError.Exhausted("BODY_TOO_LARGE", "The body is larger than the gateway takes (Gateway:MaxBodyBytes).")
        : new MeshException(StatusCode.InvalidArgument, "BAD_REQUEST", e.Message);

    /// <summary>Why YARP's forwarder failed, when that is the caller's doing; null otherwise.</summary>
    public static MeshException? CallersFault(HttpContext http)
    {
        var feature = http.Features.Get<IForwarderErrorFeature>();
        for (var e = feature?.Exception; e is not null; e = e.InnerException)
        {
            if (e is BadHttpRequestException bad)
            {
                return BadBody(bad);
            }
        }

        return feature?.Error is ForwarderError.RequestBodyClient
            ? new MeshException(StatusCode.InvalidArgument, "BAD_REQUEST", "The request's body broke off.")
            : null;
    }

    public static Task WriteAsync(HttpContext http, MeshException error)
    {
        http.Response.Clear();
        return IsGrpc(http.Request) ? WriteGrpcAsync(http, error) : WriteJsonAsync(http, error);
    }

    /// <summary>"grpc-status", "grpc-message" and "grpc-status-details-bin", for headers or trailers.</summary>
    public static IEnumerable<KeyValuePair<string, string>> GrpcStatus(MeshException error)
    {
        var rpc = error.ToRpcException();
        yield return new("grpc-status", ((int)rpc.StatusCode).ToString(CultureInfo.InvariantCulture));
        yield return new("grpc-message", Uri.EscapeDataString(rpc.Status.Detail));
        foreach (var details in rpc.Trailers.Where(t => t.IsBinary))
        {
            yield return new(details.Key, Convert.ToBase64String(details.ValueBytes).TrimEnd('='));
        }
    }

    // A trailers-only response: status in the headers, no body.
    private static Task WriteGrpcAsync(HttpContext http, MeshException error)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.ContentType = "application/grpc";
        foreach (var (key, value) in GrpcStatus(error))
        {
            http.Response.Headers[key] = value;
        }

        return http.Response.CompleteAsync();
    }

    private static Task WriteJsonAsync(HttpContext http, MeshException error)
    {
        var status = error.Code switch
        {
            StatusCode.Unavailable or StatusCode.InvalidArgument or StatusCode.DeadlineExceeded => ErrorJson.HttpStatus(error.Code),
            StatusCode.ResourceExhausted => StatusCodes.Status413PayloadTooLarge,
            _ => StatusCodes.Status502BadGateway,
        };
        // The Open Inference Protocol's errors have a shape of their own.
        if (http.Request.Path.StartsWithSegments("/v1"))
        {
            return ErrorJson.WriteAsync(http, status, error.ToRpcException());
        }

        http.Response.StatusCode = status;
        if (error.RetryAfter is { } delay)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return http.Response.WriteAsJsonAsync(new { error = error.Message });
    }
}
