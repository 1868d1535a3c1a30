using Grpc.Core;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ServiceDefaults.Http;

/// <summary>Calls that move bytes as they are, which RPCs and their transcoding cannot. They have what every RPC has: a caller with a permission, and errors.</summary>
public static class HttpCalls
{
    /// <param name="pattern">Its "{project}" is the project of the call.</param>
    /// <param name="permission">What the caller needs: "uploads.create".</param>
    public static void MapHttpCall(this IEndpointRouteBuilder app, IEnumerable<string> verbs, string pattern, string permission, Func<HttpContext, Caller, Task> handle)
    {
        var errors = app.ServiceProvider.GetRequiredService<ErrorTranslation>();
        app.MapMethods(pattern, verbs, async http =>
        {
            try
            {
                await handle(http, Caller.Local(http.Request.RouteValues["project"] as string, permission));
            }
            catch (Exception e) when (http.Response.HasStarted)
            {
                // What was sent cannot be taken back; a connection that breaks off says that it is not whole.
                await errors.TranslateAsync(e, Name(http), http.RequestAborted);
                http.Abort();
            }
            catch (Exception e)
            {
                await AnswerAsync(http, e, errors);
            }
        });
    }

    /// <summary>Lifts Kestrel's limit of the body; the handler has one of its own.</summary>
    public static void LiftBodyLimit(this HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    private static async Task AnswerAsync(HttpContext http, Exception e, ErrorTranslation errors)
    {
        var error = e switch
        {
            BadHttpRequestException bad => new MeshException(StatusCode.InvalidArgument, "BAD_REQUEST", bad.Message) { HttpStatus = bad.StatusCode },
            _ => e as MeshException,
        };
        var rpc = await errors.TranslateAsync(error ?? e, Name(http), http.RequestAborted);
        if (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads an answer.
            http.Abort();
            return;
        }

        await ErrorJson.WriteAsync(http, error?.HttpStatus ?? ErrorJson.HttpStatus(rpc.StatusCode), rpc);
    }

    private static string Name(HttpContext http) => $"{http.Request.Method} {http.Request.Path}";
}
