using System.Security.Cryptography;
using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.Uploads.V1;

namespace Mesh.Trainer.Tests.Service;

/// <summary>Takes uploads and registers versions, each request id once.</summary>
public sealed class ModelSeam : ModelService.ModelServiceBase
{
    private readonly object _lock = new();
    private readonly Dictionary<string, (Upload Upload, MemoryStream Content)> _uploads = [];
    private readonly Dictionary<string, string> _requests = [];
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
            var name = $"{request.Parent}/models/{request.ModelId}";
            return _models.Add(name) ? Task.FromResult(new Model { Name = name }) : throw new RpcException(new Status(StatusCode.AlreadyExists, name));
        }
    }

    public override Task<Upload> CreateBundleUpload(CreateUploadRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            if (!_requests.TryGetValue(request.RequestId, out var name))
            {
                _requests[request.RequestId] = name = $"{request.Parent}/bundleUploads/u{_uploads.Count}";
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
            return Task.FromResult(_uploads[request.Name].Upload.Clone());
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
            if (!_requests.TryGetValue(request.RequestId, out var name))
            {
                _versions.Add(request);
                _requests[request.RequestId] = name = $"{request.Parent}/versions/{_versions.Count}";
            }

            return Task.FromResult(new ModelVersion { Name = name });
        }
    }
}
