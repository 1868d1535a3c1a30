using Mesh.Blobs;
using Mesh.Blobs.Http;
using Mesh.Ingest.Storage;
using Mesh.Ingest.Versions;
using Mesh.Ingest.Versions.Cooling;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Http;
using Mesh.ServiceDefaults.Names;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Downloads;

/// <summary>The bytes of a project over plain HTTP, by their digest or by a version's path.</summary>
internal sealed class DownloadHttp(
    IDbContextFactory<IngestDb> databases, IBlobStore blobs, VersionUse use, IOptions<IngestOptions> options, ILogger<DownloadHttp> logger)
{
    private const string Permission = "datasets.read";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapHttpCall(["GET", "HEAD"], "/v1/projects/{project}/blobs/{sha256}", Permission, (http, _) => SendBlobAsync(http));
        app.MapHttpCall(["GET", "HEAD"], "/v1/projects/{project}/datasets/{dataset}/versions/{version}/files/{**path}", Permission, (http, _) => SendFileAsync(http));
    }

    private async Task SendBlobAsync(HttpContext http)
    {
        var project = ResourcePattern.Project.Parse($"projects/{http.Request.RouteValues["project"]}", "project")[0];
        if (!BlobDigest.TryParse(http.Request.RouteValues["sha256"] as string, out var digest))
        {
            throw MeshError.Invalid("sha256", "must be a SHA-256 as 64 lower-case hexadecimal digits.");
        }

        await using (var db = await databases.CreateDbContextAsync(http.RequestAborted))
        {
            if (!await IsNamedAsync(db, project, digest.Hex, http.RequestAborted))
            {
                throw MeshError.NotFound($"projects/{project}/blobs/{digest}");
            }

            await use.TouchAsync(db, project, digest.Hex, http.RequestAborted);
        }

        await SendAsync(http, project, digest, fileName: null);
    }

    private async Task SendFileAsync(HttpContext http)
    {
        var route = http.Request.RouteValues;
        var key = VersionKey.Parse($"projects/{route["project"]}/datasets/{route["dataset"]}/versions/{route["version"]}");
        var path = route["path"] as string ?? "";
        string sha256;
        await using (var db = await databases.CreateDbContextAsync(http.RequestAborted))
        {
            var version = await VersionStore.FindAsync(db, key, http.RequestAborted);
            var file = await db.Files.AsNoTracking().Of(key).SingleOrDefaultAsync(f => f.Path == path, http.RequestAborted);
            sha256 = file?.Sha256 ?? throw MeshError.NotFound($"The file \"{Formats.Printable.Of(path)}\" of {key.Name}");
            await use.TouchAsync(db, version, http.RequestAborted);
        }

        await SendAsync(http, key.Project, BlobDigest.Parse(sha256), path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>Whether a finished upload or a version of this project has it; others are not looked at.</summary>
    private static async Task<bool> IsNamedAsync(IngestDb db, string project, string sha256, CancellationToken cancel) =>
        await db.Uploads.AnyAsync(u => u.Project == project && u.Sha256 == sha256 && u.State == UploadState.Finished, cancel)
        || await db.Files.AnyAsync(f => f.Project == project && f.Sha256 == sha256, cancel);

    private Task SendAsync(HttpContext http, string project, BlobDigest digest, string? fileName) =>
        BlobHttp.SendAsync(http, blobs, new BlobScope(IngestNames.Service, project), digest, fileName, options.Value.PublicDownloads, logger);
}
