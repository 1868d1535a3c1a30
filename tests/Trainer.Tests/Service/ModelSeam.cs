using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.Uploads.V1;

namespace Mesh.Trainer.Tests.Service;

/// <summary>Takes uploads and registers versions, each request id once and for one request only, as Registry does.</summary>
public sealed class ModelSeam : ModelService.ModelServiceBase
{
    private readonly object _lock = new();
    private readonly Dictionary<string, (Upload Upload, MemoryStream Content)> _uploads = [];
    private readonly Dictionary<string, (IMessage Request, string Name)> _requests = [];
    private int _interruptions;
    private readonly HashSet<string> _models = [];
    private readonly List<CreateModelVersionRequest> _versions = [];

    public IReadOnlyList<CreateModelVersionRequest> Versions
    {
        get
        {
            lock (_lock)
            {
                return [.. _versions];
            }
        }
    }

    /// <summary>The next calls that create a model or a version are answered as by a Registry that is away.</summary>
    public void Interrupt(int calls) => _interruptions = calls;

    /// <summary>The bytes of a finished upload.</summary>
    public byte[] Bundle(string upload)
    {
        lock (_lock)
        {
            return _uploads[upload].Upload.State == UploadState.Finished ? _uploads[upload].Content.ToArray() : throw new InvalidOperationException("not finished");
        }
    }

    public override Task<Model> CreateModel(CreateModelRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            Interrupted();
            var name = $"{request.Parent}/models/{request.ModelId}";
            return _models.Add(name) ? Task.FromResult(new Model { Name = name }) : throw new RpcException(new Status(StatusCode.AlreadyExists, name));
        }
    }

    public override Task<Upload> CreateBundleUpload(CreateUploadRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            if (First(request.RequestId, request) is not { } name)
            {
                name = $"{request.Parent}/bundleUploads/u{_uploads.Count}";
                _requests[request.RequestId] = (request, name);
                var upload = request.Upload.Clone();
                (upload.Name, upload.State) = (name, UploadState.Active);
                _uploads[name] = (upload, new MemoryStream());
            }

            return Task.FromResult(_uploads[name].Upload.Clone());
        }
    }

    public override async Task<Upload> WriteBundleUpload(IAsyncStreamReader<WriteUploadRequest> requests, ServerCallContext context)
    {
        var name = "";
        await foreach (var message in requests.ReadAllAsync(context.CancellationToken))
        {
            name = message.Name.Length > 0 ? message.Name : name;
            lock (_lock)
            {
                var (upload, content) = _uploads[name];
                message.Data.WriteTo(content);
                upload.CommittedBytes = content.Length;
            }
        }

        lock (_lock)
        {
            return _uploads[name].Upload.Clone();
        }
    }

    public override Task<Upload> GetBundleUpload(GetUploadRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            var upload = _uploads[request.Name].Upload.Clone();
            upload.CommittedSha256 = request.WithCommittedSha256 ? Convert.ToHexStringLower(SHA256.HashData(_uploads[request.Name].Content.ToArray())) : "";
            return Task.FromResult(upload);
        }
    }

    public override Task<Upload> FinishBundleUpload(FinishUploadRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            var (upload, content) = _uploads[request.Name];
            if (Convert.ToHexStringLower(SHA256.HashData(content.ToArray())) != request.Sha256)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "the bytes have another digest"));
            }

            (upload.State, upload.Sha256) = (UploadState.Finished, request.Sha256);
            return Task.FromResult(upload.Clone());
        }
    }

    public override Task<ModelVersion> CreateModelVersion(CreateModelVersionRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            Interrupted();
            if (First(request.RequestId, request) is not { } name)
            {
                _versions.Add(request);
                name = $"{request.Parent}/versions/{_versions.Count}";
                _requests[request.RequestId] = (request, name);
            }

            return Task.FromResult(new ModelVersion { Name = name });
        }
    }

    private string? First(string id, IMessage request)
    {
        if (!_requests.TryGetValue(id, out var first))
        {
            return null;
        }

        return first.Request.Equals(request) ? first.Name : throw new RpcException(new Status(StatusCode.InvalidArgument, $"{id} was used for another request."));
    }

    private void Interrupted()
    {
        if (_interruptions-- > 0)
        {
            // The channel is not to try again by itself, so that a few of these are as good as a minute of them.
            throw new RpcException(new Status(StatusCode.Unavailable, "away"), new Metadata { { "grpc-retry-pushback-ms", "-1" } });
        }
    }
}
