using System.Diagnostics;
using Grpc.Core;
using Mesh.Inference.Directory;
using Mesh.Inference.Protocol;
using Mesh.Inference.Serving;
using Mesh.Inference.Tensors;
using Mesh.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Inference.Rest;

/// <summary>
/// The Open Inference Protocol over HTTP, with the binary tensor extension. Written by hand: transcoding has neither the
/// protocol's errors nor its bodies. The same routes lie under /projects/{project}, and the header "mesh-project" names a project too.
/// </summary>
internal sealed class OpenInferenceRest(
    ServedModels models, Inferencer inferencer, Replica replica, IOptions<InferenceOptions> options, ILogger<OpenInferenceRest> logger)
{
    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var prefix in new[] { "", "/projects/{project}" })
        {
            var v2 = app.MapGroup($"{prefix}/v2");
            v2.MapGet("", Guarded(ServerMetadata));
            v2.MapGet("health/live", Guarded(http => RestJson.WriteAsync(http, 200, json => json.WriteBoolean("live", true))));
            v2.MapGet("health/ready", Guarded(ServerReady));
            foreach (var model in new[] { "models/{model}", "models/{model}/versions/{version}" })
            {
                v2.MapGet(model, Guarded(ModelMetadata));
                v2.MapGet($"{model}/ready", Guarded(ModelReady));
                v2.MapPost($"{model}/infer", Guarded(InferAsync));
            }
        }
    }

    private Task ServerMetadata(HttpContext http) => RestJson.WriteAsync(http, 200, json =>
    {
        json.WriteString("name", ServerDescription.Name);
        json.WriteString("version", ServerDescription.Version);
        json.WriteStartArray("extensions");
        foreach (var extension in ServerDescription.Extensions)
        {
            json.WriteStringValue(extension);
        }

        json.WriteEndArray();
    });

    private Task ServerReady(HttpContext http) =>
        RestJson.WriteAsync(http, replica.IsReady ? 200 : 503, json => json.WriteBoolean("ready", replica.IsReady));

    private Task ModelReady(HttpContext http)
    {
        // Says why not: unknown, or not loaded.
        var (project, model, version) = Target(http);
        models.Lend(project, model, version).Dispose();
        return RestJson.WriteAsync(http, 200, json =>
        {
            json.WriteString("name", model);
            json.WriteBoolean("ready", true);
        });
    }

    private async Task ModelMetadata(HttpContext http)
    {
        var (project, name, version) = Target(http);
        using var lease = models.Lend(project, name, version);
        var model = lease.Model;
        await RestJson.WriteAsync(http, 200, json =>
        {
            json.WriteString("name", name);
            json.WriteStartArray("versions");
            json.WriteStringValue(model.VersionId);
            json.WriteEndArray();
            json.WriteString("platform", ServerDescription.Platform);
            WriteTensors(json, "inputs", model.Model.Inputs);
            WriteTensors(json, "outputs", model.Model.Outputs);
            if (model.Classifier?.Properties is { Count: > 0 } properties)
            {
                json.WriteStartObject("properties");
                foreach (var (key, value) in properties)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }
        });
    }

    private async Task InferAsync(HttpContext http)
    {
        http.Response.Headers[Inferencer.ReplicaHeader] = replica.Id;
        var (project, model, version) = Target(http);
        using var body = await RestBody.ReadAsync(http, options.Value.MaxRequestBytes);
        using var request = Read(http, body, project, model, version, out var wanted);
        using var response = await inferencer.InferAsync(project, request, http.RequestAborted);
        await RestResponseWriter.WriteAsync(http, response, wanted);
    }

    private InferRequest Read(HttpContext http, RestBody body, string project, string model, string version, out OutputForms wanted)
    {
        var header = body.JsonLength(http.Request);
        InferRequest request;
        if (header == 0)
        {
            using var lease = models.Lend(project, model, version);
            request = RestRequestReader.ReadRaw(body.Bytes, lease.Model.Model.Inputs);
            wanted = new OutputForms { AllBinary = true };
        }
        else
        {
            var jsonLength = header ?? body.Bytes.Length;
            request = RestRequestReader.Read(body.Bytes[..jsonLength], body.Bytes[jsonLength..], out wanted);
        }

        (request.ModelName, request.ModelVersion) = (model, version);
        return request;
    }

    private static (string Project, string Model, string Version) Target(HttpContext http)
    {
        var route = http.Request.RouteValues;
        var project = route["project"] as string ?? http.Request.Headers[Inferencer.ProjectHeader].ToString();
        return (Inferencer.Project(project), (string)route["model"]!, route["version"] as string ?? "");
    }

    private static void WriteTensors(System.Text.Json.Utf8JsonWriter json, string name, TensorSpec[] tensors)
    {
        json.WriteStartArray(name);
        foreach (var tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("datatype", tensor.Datatype.Name());
            RestJson.WriteShape(json, tensor.Shape);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Errors in the protocol's form, {"error": "…"}.</summary>
    private RequestDelegate Guarded(RequestDelegate handler) => async http =>
    {
        try
        {
            await handler(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested || http.Response.HasStarted)
        {
            // Nobody reads an answer, or it can no longer be changed: the stream ends as broken.
            http.Abort();
        }
        catch (BadHttpRequestException e)
        {
            await RestJson.WriteErrorAsync(http, e.StatusCode, e.Message);
        }
        catch (MeshException e)
        {
            if (e.RetryAfter is { } delay)
            {
                http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(delay.TotalSeconds)).ToString();
            }

            await RestJson.WriteErrorAsync(http, RestJson.HttpStatus(e.Code), e.Message);
        }
        catch (Exception e)
        {
            var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("n");
            logger.RestFailed(http.Request.Path, trace, e);
            await RestJson.WriteErrorAsync(http, RestJson.HttpStatus(StatusCode.Internal), $"Internal error; trace id {trace}.");
        }
    };
}
