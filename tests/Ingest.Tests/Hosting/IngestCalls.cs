using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Uploads.V1;
using Xunit;
using Record = Mesh.Ingest.V1.Record;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>What a client does, in one call each.</summary>
public static class IngestCalls
{
    public const string Project = "projects/default";

    private const int Chunk = 256 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static async Task<Dataset> CreateAsync(this DatasetService.DatasetServiceClient datasets, string id, string requestId = "") =>
        await datasets.CreateDatasetAsync(new CreateDatasetRequest { Parent = Project, DatasetId = id, RequestId = requestId }, cancellationToken: Cancel);

    /// <returns>The numbers of the versions on the first page.</returns>
    public static async Task<IEnumerable<string>> ListAsync(this DatasetService.DatasetServiceClient datasets, string id, int after = 0, string tag = "") =>
        (await datasets.ListDatasetVersionsAsync(new ListDatasetVersionsRequest { Parent = $"{Project}/datasets/{id}", AfterVersion = after, Tag = tag }, cancellationToken: Cancel))
            .Versions.Select(v => v.Name.Split('/')[^1]);

    public static async Task<Upload> StartUploadAsync(
        this DatasetService.DatasetServiceClient datasets, string fileName, long size = 0, string requestId = "") =>
        await datasets.CreateUploadAsync(
            new CreateUploadRequest { Parent = Project, Upload = new Upload { FileName = fileName, SizeBytes = size }, RequestId = requestId }, cancellationToken: Cancel);

    public static async Task<Upload> WriteAsync(this DatasetService.DatasetServiceClient datasets, string name, ReadOnlyMemory<byte> bytes, long offset = 0)
    {
        using var call = datasets.WriteUpload(cancellationToken: Cancel);
        for (var at = 0; at == 0 || at < bytes.Length; at += Chunk)
        {
            var data = bytes.Slice(at, Math.Min(Chunk, bytes.Length - at));
            await call.RequestStream.WriteAsync(new WriteUploadRequest { Name = name, Offset = offset + at, Data = ByteString.CopyFrom(data.Span) }, Cancel);
        }

        await call.RequestStream.CompleteAsync();
        return await call;
    }

    public static async Task<Upload> FinishAsync(this DatasetService.DatasetServiceClient datasets, string name, string sha256) =>
        await datasets.FinishUploadAsync(new FinishUploadRequest { Name = name, Sha256 = sha256 }, cancellationToken: Cancel);

    public static async Task<Upload> GetUploadAsync(this DatasetService.DatasetServiceClient datasets, string name) =>
        await datasets.GetUploadAsync(new GetUploadRequest { Name = name }, cancellationToken: Cancel);

    /// <returns>The finished upload's name.</returns>
    public static async Task<string> UploadAsync(this DatasetService.DatasetServiceClient datasets, string fileName, byte[] bytes)
    {
        var upload = await datasets.StartUploadAsync(fileName, bytes.Length);
        await datasets.WriteAsync(upload.Name, bytes);
        return (await datasets.FinishAsync(upload.Name, Sha256(bytes))).Name;
    }

    public static async Task<DatasetVersion> StartVersionAsync(
        this DatasetService.DatasetServiceClient datasets, string dataset, IEnumerable<string> uploads, DataFormat format = DataFormat.Unspecified,
        IEnumerable<string>? labels = null, string requestId = "") => await datasets.CreateDatasetVersionAsync(
        new CreateDatasetVersionRequest
        {
            Parent = $"{Project}/datasets/{dataset}",
            Uploads = { uploads },
            Format = format,
            LabelNames = { labels ?? [] },
            RequestId = requestId,
        },
        cancellationToken: Cancel);

    /// <summary>Watches a version to its terminal state.</summary>
    public static async Task<DatasetVersion> EndAsync(this DatasetService.DatasetServiceClient datasets, string version)
    {
        using var call = datasets.WatchDatasetVersion(
            new WatchDatasetVersionRequest { Name = version }, deadline: DateTime.UtcNow.AddMinutes(3), cancellationToken: Cancel);
        DatasetVersion? last = null;
        await foreach (var state in call.ResponseStream.ReadAllAsync(Cancel))
        {
            last = state;
        }

        return last!;
    }

    /// <summary>Uploads files, makes a version of them and waits for its end.</summary>
    public static async Task<DatasetVersion> CommitAsync(
        this DatasetService.DatasetServiceClient datasets, string dataset, IEnumerable<(string Name, byte[] Bytes)> files,
        DataFormat format = DataFormat.Unspecified, IEnumerable<string>? labels = null)
    {
        var uploads = new List<string>();
        foreach (var (name, bytes) in files)
        {
            uploads.Add(await datasets.UploadAsync(name, bytes));
        }

        var version = await datasets.StartVersionAsync(dataset, uploads, format, labels);
        Assert.Contains(version.Status.State, new[] { JobState.Running, JobState.Succeeded });
        return await datasets.EndAsync(version.Name);
    }

    public static async Task<DatasetVersion> GetVersionAsync(this DatasetService.DatasetServiceClient datasets, string name) =>
        await datasets.GetDatasetVersionAsync(new GetDatasetVersionRequest { Name = name }, cancellationToken: Cancel);

    public static Task<List<Record>> ReadAsync(
        this DatasetService.DatasetServiceClient datasets, string version, string split, long offset = 0, long limit = 0) =>
        datasets.ReadAsync(new ReadRecordsRequest { Name = version, Split = split, Offset = offset, Limit = limit });

    public static async Task<List<Record>> ReadAsync(this DatasetService.DatasetServiceClient datasets, ReadRecordsRequest request)
    {
        using var call = datasets.ReadRecords(request, cancellationToken: Cancel);
        var records = new List<Record>();
        await foreach (var batch in call.ResponseStream.ReadAllAsync(Cancel))
        {
            records.AddRange(batch.Records);
        }

        return records;
    }

    /// <summary>The error's code, the reason in its details, and the error.</summary>
    public static async Task<(StatusCode Code, string Reason, RpcException Error)> FailsAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        return (error.StatusCode, error.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason ?? "", error);
    }

    /// <summary>A fact in the error's ErrorInfo.</summary>
    public static string Fact(this RpcException error, string key) => error.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata[key];
}
