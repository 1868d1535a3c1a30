using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Client.Tests.Support;
using Mesh.Ingest.V1;
using Mesh.Uploads.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Client.Tests.Uploads;

/// <summary>Keeps uploads in memory by the rules of the protocol, and breaks off where it is told to.</summary>
internal sealed class UploadServer : DatasetService.DatasetServiceBase, IHttpService
{
    private readonly ConcurrentDictionary<string, Stored> _byRequest = new();
    private readonly ConcurrentDictionary<string, Stored> _byName = new();

    /// <summary>By file name: how many bytes a write takes before it breaks, and how.</summary>
    public ConcurrentDictionary<string, Queue<(int After, Break Kind)>> Plans { get; } = new();

    /// <summary>Answers to Finish before the one that it is done: true that it goes on, false that the call was cut.</summary>
    public Queue<bool> Finishing { get; init; } = [];

    /// <summary>Answers to Get and Finish that get lost.</summary>
    public int LostAnswers;

    /// <summary>What the project has already: SHA-256 and size.</summary>
    public Dictionary<string, long> Known { get; } = [];

    private long _received;
    private int _writing;
    private int _hashed;

    /// <summary>Whether a write is still at work; it may be after its caller has gone.</summary>
    public bool Writing => Volatile.Read(ref _writing) > 0;

    public long Received => Interlocked.Read(ref _received);

    public Stored Named(string name) => _byName[name];

    public Stored Of(string fileName) => _byName.Values.Single(s => s.FileName == fileName);

    public override Task<Upload> CreateUpload(CreateUploadRequest request, ServerCallContext context)
    {
        if (request.Upload.FileName.Contains("..", StringComparison.Ordinal))
        {
            throw Refusals.Invalid("upload.file_name", "must not lead out of the dataset.");
        }

        var stored = _byRequest.GetOrAdd(request.RequestId, _ => new Stored($"projects/p/uploads/{Guid.NewGuid():n}", request.Upload.FileName));
        _byName[stored.Name] = stored;
        stored.Size = request.Upload.SizeBytes;
        if (Known.ContainsKey(request.Upload.Sha256))
        {
            stored.FinishKnown(request.Upload.Sha256);
        }

        var upload = stored.ToUpload();
        upload.SizeSeen = request.Upload.Sha256.Length == 0 && Known.ContainsValue(request.Upload.SizeBytes);
        return Task.FromResult(upload);
    }

    public override async Task<Upload> WriteUpload(IAsyncStreamReader<WriteUploadRequest> requests, ServerCallContext context)
    {
        Interlocked.Increment(ref _writing);
        try
        {
            Intake? intake = null;
            await foreach (var message in requests.ReadAllAsync())
            {
                intake ??= Begin(message.Name, message.Offset);
                if (intake.Take(message.Data.Span))
                {
                    intake.Break.Happen(context);
                    break;
                }
            }

            return intake!.Upload.ToUpload();
        }
        finally
        {
            Interlocked.Decrement(ref _writing);
        }
    }

    public void Map(WebApplication app) => app.MapPut("/v1/{**rest}", PutAsync);

    /// <summary>The same over plain HTTP.</summary>
    private async Task PutAsync(HttpContext http)
    {
        Interlocked.Increment(ref _writing);
        try
        {
            http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            var range = ContentRangeHeaderValue.Parse(http.Request.Headers.ContentRange.ToString());
            var intake = Begin(http.Request.Path.Value!["/v1/".Length..^"/content".Length], range.From!.Value);
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await http.Request.Body.ReadAsync(buffer)) > 0)
            {
                if (intake.Take(buffer.AsSpan(0, read)))
                {
                    if (intake.Break == Break.Connection)
                    {
                        http.Abort();
                        return;
                    }

                    if (intake.Break == Break.Unavailable)
                    {
                        throw new RpcException(new Status(StatusCode.Unavailable, "Restarting."));
                    }

                    break;
                }
            }

            http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            http.Response.Headers.Range = $"bytes=0-{intake.Upload.Bytes.Count - 1}";
        }
        catch (RpcException e)
        {
            http.Response.StatusCode = e.StatusCode == StatusCode.Unavailable ? 503 : 416;
            await http.Response.WriteAsync(JsonFormatter.Default.Format(e.GetRpcStatus() is { } s ? new Google.Rpc.Status { Code = s.Code, Message = s.Message } : new Google.Rpc.Status { Code = (int)e.StatusCode }));
        }
        finally
        {
            Interlocked.Decrement(ref _writing);
        }
    }

    private Intake Begin(string name, long offset)
    {
        var upload = _byName[name];
        if (offset != upload.Bytes.Count)
        {
            throw Refusals.Make(Google.Rpc.Code.Aborted, "UPLOAD_BUSY", $"starts at {offset}, continues at {upload.Bytes.Count}.");
        }

        var plan = (After: int.MaxValue, Kind: Break.EndsEarly);
        if (Plans.TryGetValue(upload.FileName, out var plans) && plans.TryDequeue(out var next))
        {
            plan = next;
        }

        return new Intake(this, upload, plan.After, plan.Kind);
    }

    /// <summary>What one write takes before it breaks.</summary>
    private sealed class Intake(UploadServer server, Stored upload, int after, Break kind)
    {
        private int _taken;

        public Stored Upload => upload;

        public Break Break => kind;

        /// <returns>Whether it breaks now. The tail of what arrived is lost with it, as on a crash before the write to disk.</returns>
        public bool Take(ReadOnlySpan<byte> bytes)
        {
            Interlocked.Add(ref server._received, bytes.Length);
            var kept = Math.Min(bytes.Length, after - _taken);
            upload.Bytes.AddRange(bytes[..kept]);
            _taken += kept;
            return _taken >= after;
        }
    }

    public override Task<Upload> GetUpload(GetUploadRequest request, ServerCallContext context)
    {
        LoseAnswer();
        if (!_byName.TryGetValue(request.Name, out var stored))
        {
            throw Refusals.Make(Google.Rpc.Code.NotFound, "NOT_FOUND", $"{request.Name} does not exist.");
        }

        var upload = stored.ToUpload();
        // Every other answer comes before the hash is known.
        if (request.WithCommittedSha256 && upload.State == UploadState.Active && Interlocked.Increment(ref _hashed) % 2 == 0)
        {
            upload.CommittedSha256 = stored.Sha256();
        }

        return Task.FromResult(upload);
    }

    public override Task<Upload> FinishUpload(FinishUploadRequest request, ServerCallContext context)
    {
        var upload = _byName[request.Name];
        if (upload.Bytes.Count < upload.Size && !Known.ContainsKey(request.Sha256))
        {
            throw Refusals.Precondition("SIZE_MISMATCH", "bytes are missing.");
        }

        if (upload.Finished && upload.Sha256() != request.Sha256)
        {
            throw Refusals.Precondition("DIGEST_MISMATCH", "it is finished with another SHA-256.");
        }

        if (Known.ContainsKey(request.Sha256))
        {
            upload.FinishKnown(request.Sha256);
        }
        else if (upload.Sha256() != request.Sha256)
        {
            upload.Bytes.Clear();
            throw Refusals.Precondition("DIGEST_MISMATCH", "the bytes have another SHA-256.", ("committed_bytes", "0"));
        }

        if (Finishing.TryDequeue(out var isGoingOn))
        {
            return isGoingOn
                ? Task.FromResult(new Upload(upload.ToUpload()) { State = UploadState.Finishing })
                : throw new RpcException(new Status(StatusCode.Unavailable, "Cut."));
        }

        upload.Finished = true;
        LoseAnswer();
        return Task.FromResult(upload.ToUpload());
    }

    private void LoseAnswer()
    {
        if (Interlocked.Decrement(ref LostAnswers) >= 0)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "Restarting."));
        }
    }

    public sealed class Stored(string name, string fileName)
    {
        public string Name => name;

        public string FileName => fileName;

        public List<byte> Bytes { get; } = [];

        /// <summary>Declared.</summary>
        public long Size { get; set; }

        public bool Finished { get; set; }

        private string? _known;

        public void FinishKnown(string sha256) => (_known, Finished) = (sha256, true);

        public string Sha256() => _known ?? Convert.ToHexStringLower(SHA256.HashData([.. Bytes]));

        public Upload ToUpload() => new()
        {
            Name = name,
            FileName = fileName,
            CommittedBytes = Bytes.Count,
            State = Finished ? UploadState.Finished : UploadState.Active,
            Sha256 = Finished ? Sha256() : "",
        };
    }
}
