using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>As much of S3 as an upload needs, over real HTTP, with a transfer that takes until <see cref="LetGo"/>. Keeps sizes, not bytes.</summary>
internal sealed class HeldS3 : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, long> _objects = new();
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiting;

    private HeldS3(WebApplication app) => _app = app;

    /// <summary>Transfers of blobs that wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>SHA-256 and bytes of the blobs that are there.</summary>
    public IReadOnlyDictionary<string, long> Blobs => _objects.Where(o => !IsChunks(o.Key)).ToDictionary(o => o.Key[(o.Key.LastIndexOf('/') + 1)..], o => o.Value);

    /// <summary>Settings of a service that keeps its blobs here.</summary>
    public (string, string)[] Settings =>
    [
        ("Blobs__Kind", "s3"), ("Blobs__S3__Endpoint", _app.Urls.Single()), ("Blobs__S3__Bucket", "mesh"), ("Blobs__S3__PathStyle", "true"),
        ("Blobs__S3__AccessKey", "key"), ("Blobs__S3__SecretKey", "secret"),
    ];

    public static async Task<HeldS3> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var s3 = new HeldS3(builder.Build());
        s3._app.Run(s3.AnswerAsync);
        await s3._app.StartAsync();
        return s3;
    }

    public void LetGo() => _letGo.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await _app.DisposeAsync();
    }

    private static bool IsChunks(string path) => path.EndsWith(".chunks", StringComparison.Ordinal);

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        switch (http.Request.Method)
        {
            case "PUT":
                var size = long.Parse(http.Request.Headers["x-amz-decoded-content-length"].FirstOrDefault() ?? $"{http.Request.ContentLength}");
                await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
                await HoldAsync(path, http.RequestAborted);
                _objects[path] = size;
                break;
            case "HEAD" when _objects.TryGetValue(path, out var there):
                http.Response.ContentLength = there;
                break;
            case "GET" when http.Request.Query.ContainsKey("uploads"):
                http.Response.ContentType = "application/xml";
                await http.Response.WriteAsync("<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>");
                break;
            case "DELETE":
                _objects.TryRemove(path, out _);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task HoldAsync(string path, CancellationToken gone)
    {
        if (IsChunks(path))
        {
            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await _letGo.Task.WaitAsync(gone);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
