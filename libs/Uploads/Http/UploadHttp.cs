using Mesh.ServiceDefaults.Names;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Http;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Uploads.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Mesh.Uploads.Http;

/// <summary>
/// Uploads over plain HTTP, as uploads.proto describes them. Bytes go from the connection to the disk through one buffer; an
/// answer comes when they are synced.
/// </summary>
internal sealed class UploadHttp<TDb>(UploadStore<TDb> uploads, UploadKind kind, IOptions<UploadOptions> options, ProjectGate projects)
    where TDb : MeshDb
{
    public void Map(IEndpointRouteBuilder app, string permission, string files)
    {
        var content = $"/v1/{kind.Pattern.Pattern}/content";
        app.MapHttpCall(["GET", "HEAD"], content, permission, (http, _) => TellAsync(http));
        app.MapHttpCall(["PUT"], content, permission, (http, _) => PutAsync(http));
        app.MapHttpCall(["PUT"], $"/v1/projects/{{project}}/{files}/{{**name}}", permission, SendAsync);
    }

    /// <summary>How far the upload is.</summary>
    private async Task TellAsync(HttpContext http) =>
        await AnswerAsync(http, StatusCodes.Status200OK, await uploads.GetAsync(NameOf(http), http.RequestAborted));

    private async Task PutAsync(HttpContext http)
    {
        http.LiftBodyLimit();
        var (name, digest) = (NameOf(http), AnnouncedDigest.Of(http.Request));
        try
        {
            var upload = ContentRange.IsQuestion(http.Request, out var total)
                ? await AskAsync(name, total, digest, http.RequestAborted)
                : await uploads.PutAsync(name, ContentRange.Of(http.Request), http.Request.Body, digest, http.RequestAborted, options.Value.Answer);
            await AnswerAsync(http, StatusCodes.Status200OK, upload);
        }
        catch (MeshException e) when (e.Metadata.TryGetValue(UploadErrors.Committed, out var committed))
        {
            SetRange(http, long.Parse(committed));
            throw;
        }
    }

    /// <summary>How far it is. One that has all bytes and is not finished, because the service died in between, is finished now.</summary>
    private async Task<Upload> AskAsync(string name, long? total, BlobDigest? digest, CancellationToken cancel)
    {
        var upload = await uploads.GetAsync(name, cancel);
        return upload.State == UploadState.Active && upload.CommittedBytes == total
            ? await uploads.PutAsync(name, ContentPart.From(upload.CommittedBytes, upload.CommittedBytes), Stream.Null, digest, cancel, options.Value.Answer)
            : upload;
    }

    /// <summary>
    /// Create, write and finish in one. Nobody knows the name of an upload that failed, so it does not stay; unless all its bytes are
    /// there, for then only the finish is left.
    /// </summary>
    private async Task SendAsync(HttpContext http, Caller caller)
    {
        http.LiftBodyLimit();
        var digest = AnnouncedDigest.Of(http.Request);
        var part = ContentRange.Of(http.Request);
        if (!part.IsWhole)
        {
            throw MeshError.Invalid("Content-Range", $"is for an upload's content; create one and send parts to \"{kind.Pattern.Pattern}/content\".");
        }

        var upload = await CreateAsync(http, caller, part, digest?.Hex ?? "");
        http.Response.Headers.Location = $"/v1/{upload.Name}";
        if (upload.State == UploadState.Active)
        {
            try
            {
                upload = await uploads.PutAsync(upload.Name, part, http.Request.Body, digest, http.RequestAborted, options.Value.Answer);
            }
            catch
            {
                if (await DropAsync(upload.Name, part.Total))
                {
                    http.Response.Headers.Location = default;
                }

                throw;
            }
        }

        await AnswerAsync(http, StatusCodes.Status201Created, upload);
    }

    private async Task<Upload> CreateAsync(HttpContext http, Caller caller, ContentPart part, string sha256)
    {
        var create = new CreateUploadRequest
        {
            Parent = $"projects/{http.Request.RouteValues["project"]}",
            Upload = new Upload { FileName = http.Request.RouteValues["name"] as string ?? "", SizeBytes = part.Total ?? 0, Sha256 = sha256 },
        };
        using var creating = await projects.EnterAsync(ResourcePattern.Project.Parse(create.Parent, "parent")[0], http.RequestAborted);
        return await uploads.CreateAsync(create, caller.Principal, http.RequestAborted);
    }

    /// <param name="total">Bytes of all of it; null when only the end of the body would have told.</param>
    /// <returns>Whether it is gone.</returns>
    private async Task<bool> DropAsync(string name, long? total)
    {
        try
        {
            if (await uploads.GetAsync(name, CancellationToken.None) is { State: UploadState.Active } upload && (upload.CommittedBytes == 0 || upload.CommittedBytes != total))
            {
                await uploads.DeleteAsync(name, CancellationToken.None);
                return true;
            }
        }
        catch (MeshException)
        {
            // It expires.
        }

        return false;
    }

    private string NameOf(HttpContext http) =>
        kind.Pattern.Format((string)http.Request.RouteValues["project"]!, (string)http.Request.RouteValues["upload"]!);

    /// <param name="whole">The status when it is FINISHED; 202 while it is FINISHING, 308 while more is expected.</param>
    private static Task AnswerAsync(HttpContext http, int whole, Upload upload)
    {
        SetRange(http, upload.CommittedBytes);
        http.Response.StatusCode = upload.State switch
        {
            UploadState.Finished => whole,
            UploadState.Finishing => StatusCodes.Status202Accepted,
            _ => StatusCodes.Status308PermanentRedirect,
        };
        return upload.State == UploadState.Active || HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : UploadJson.WriteAsync(http.Response, upload);
    }

    private static void SetRange(HttpContext http, long committed)
    {
        if (committed > 0)
        {
            http.Response.Headers.Range = $"bytes=0-{committed - 1}";
        }
    }
}
