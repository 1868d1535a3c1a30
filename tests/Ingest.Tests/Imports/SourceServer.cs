using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Mesh.Ingest.Tests.Imports;

/// <summary>
/// A web server with files, at "/{name}", that also speaks as much of S3 as a reader needs: "/{bucket}?list-type=2" pages of two, and
/// objects with ETag, ranges and conditions. It breaks off where it is told to.
/// </summary>
internal sealed class SourceServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;

    private SourceServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>By path, "bucket/a.png".</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>By path: where a redirect leads.</summary>
    public ConcurrentDictionary<string, string> Redirects { get; } = new();

    /// <summary>By path: after how many bytes each answer in turn breaks off; -1 answers 503, -2 says nothing more.</summary>
    public ConcurrentDictionary<string, Queue<int>> Breaks { get; } = new();

    /// <summary>Each request for a file: its path and Range.</summary>
    public ConcurrentQueue<(string Path, string Range)> Asked { get; } = new();

    /// <summary>Without ranges and ETags.</summary>
    public bool IsPlain { get; set; }

    /// <summary>How it tells contents apart where it has ranges.</summary>
    public Validator Validator { get; set; }

    /// <summary>By path: what the file is once an answer has broken off.</summary>
    public ConcurrentDictionary<string, byte[]> Changes { get; } = new();

    /// <summary>And without a length.</summary>
    public bool IsChunked { get; set; }

    /// <summary>Whether requests carried the signature of this access key.</summary>
    public string? RequiredAccessKey { get; set; }

    /// <summary>How many answers have a byte that is not the file's.</summary>
    public int WrongBytes;

    public static async Task<SourceServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        var server = new SourceServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.Trim('/');
        if (RequiredAccessKey is { } key && !http.Request.Headers.Authorization.ToString().Contains($"Credential={key}/", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
        else if (Redirects.TryGetValue(path, out var to))
        {
            http.Response.Redirect(to);
        }
        else if (http.Request.Query.ContainsKey("list-type"))
        {
            await ListAsync(http, path + "/");
        }
        else if (Files.TryGetValue(path, out var bytes))
        {
            Asked.Enqueue((path, http.Request.Headers.Range.ToString()));
            await SendAsync(http, path, bytes);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task ListAsync(HttpContext http, string bucket)
    {
        var (prefix, after) = (http.Request.Query["prefix"].ToString(), http.Request.Query["continuation-token"].ToString());
        var keys = Files.Keys.Where(k => k.StartsWith(bucket + prefix, StringComparison.Ordinal)).Select(k => k[bucket.Length..])
            .Where(k => string.CompareOrdinal(k, after) > 0).Order(StringComparer.Ordinal).ToList();
        XNamespace s3 = "http://s3.amazonaws.com/doc/2006-03-01/";
        var page = keys.Take(2).ToList();
        var result = new XElement(s3 + "ListBucketResult",
            new XElement(s3 + "IsTruncated", keys.Count > page.Count),
            keys.Count > page.Count ? new XElement(s3 + "NextContinuationToken", page[^1]) : null,
            page.Select(k => new XElement(s3 + "Contents", new XElement(s3 + "Key", k), new XElement(s3 + "Size", Files[bucket + k].Length), new XElement(s3 + "ETag", Tag(Files[bucket + k])))));
        http.Response.ContentType = "application/xml";
        await http.Response.WriteAsync(result.ToString());
    }

    private async Task SendAsync(HttpContext http, string path, byte[] bytes)
    {
        var limit = Breaks.TryGetValue(path, out var plan) && plan.TryDequeue(out var next) ? next : int.MaxValue;
        if (limit == -1)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (limit != int.MaxValue)
        {
            Files[path] = Changes.TryRemove(path, out var changed) ? changed : bytes;
            http.Features.Set<IHttpResponseBodyFeature>(new BreakingBody(http, http.Features.Get<IHttpResponseBodyFeature>()!, limit));
        }

        if (IsPlain)
        {
            http.Response.ContentLength = IsChunked ? null : bytes.Length;
            await http.Response.Body.WriteAsync(bytes);
        }
        else
        {
            var sent = http.Request.Method == "GET" && Interlocked.Decrement(ref WrongBytes) >= 0 ? [(byte)~bytes[0], .. bytes[1..]] : bytes;
            var tag = Validator is Validator.Tag or Validator.WeakTag ? new EntityTagHeaderValue(Tag(bytes), isWeak: Validator == Validator.WeakTag) : null;
            DateTimeOffset? time = Validator == Validator.Time ? _started.AddDays(-1) : Validator == Validator.FreshTime ? _started : null;
            await Results.Bytes(sent, enableRangeProcessing: true, entityTag: tag, lastModified: time).ExecuteAsync(http);
        }
    }

    /// <summary>The MD5, as S3 has it, with which its client compares what came.</summary>
    private static string Tag(byte[] bytes) => $"\"{Convert.ToHexStringLower(MD5.HashData(bytes))}\"";

    private sealed class BreakingBody(HttpContext http, IHttpResponseBodyFeature inner, int limit) : StreamResponseBodyFeature(new BreakingStream(http, inner.Stream, limit));

    private sealed class BreakingStream(HttpContext http, Stream inner, int limit) : Stream
    {
        private int _left = Math.Max(limit, 0);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var part = buffer[..Math.Min(_left, buffer.Length)];
            await inner.WriteAsync(part, cancellationToken);
            await inner.FlushAsync(cancellationToken);
            _left -= part.Length;
            if (_left == 0 && limit == -2)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }
            else if (_left == 0)
            {
                http.Abort();
                throw new IOException("Broken off.");
            }
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>By what a server tells contents of one address apart.</summary>
public enum Validator
{
    Tag,
    WeakTag,

    /// <summary>Of yesterday.</summary>
    Time,

    /// <summary>Of the same minute.</summary>
    FreshTime,
    None,
}
