using Google.Protobuf;
using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.Uploads.V1;
using Xunit;

namespace Mesh.Registry.Tests.Hosting;

/// <summary>What a client does, in one call each.</summary>
public static class ModelCalls
{
    public const string Project = "projects/default";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Model> CreateAsync(this ModelService.ModelServiceClient models, string id) =>
        await models.CreateModelAsync(new CreateModelRequest { Parent = Project, ModelId = id }, cancellationToken: Cancel);

    /// <returns>The finished upload's name.</returns>
    public static async Task<string> UploadAsync(this ModelService.ModelServiceClient models, byte[] bytes)
    {
        var upload = await models.CreateBundleUploadAsync(
            new CreateUploadRequest { Parent = Project, Upload = new Upload { FileName = "bundle.tar", SizeBytes = bytes.Length } }, cancellationToken: Cancel);
        using (var call = models.WriteBundleUpload(cancellationToken: Cancel))
        {
            for (var offset = 0; offset < bytes.Length; offset += 1 << 20)
            {
                var data = ByteString.CopyFrom(bytes.AsSpan(offset, Math.Min(1 << 20, bytes.Length - offset)));
                await call.RequestStream.WriteAsync(new WriteUploadRequest { Name = upload.Name, Offset = offset, Data = data }, Cancel);
            }

            await call.RequestStream.CompleteAsync();
            Assert.Equal(bytes.Length, (await call).CommittedBytes);
        }

        var finished = await models.FinishBundleUploadAsync(
            new FinishUploadRequest { Name = upload.Name, Sha256 = TestBundle.Sha256(bytes) }, cancellationToken: Cancel);
        return finished.Name;
    }

    public static async Task<ModelVersion> RegisterAsync(
        this ModelService.ModelServiceClient models, string model, int seed, string alias = "", string requestId = "") =>
        await models.RegisterAsync(model, await models.UploadAsync(TestBundle.Bytes(seed)), alias, requestId);

    public static async Task<ModelVersion> RegisterAsync(
        this ModelService.ModelServiceClient models, string model, string upload, string alias = "", string requestId = "") =>
        await models.CreateModelVersionAsync(
            new CreateModelVersionRequest { Parent = $"{Project}/models/{model}", Upload = upload, Alias = alias, RequestId = requestId },
            cancellationToken: Cancel);

    public static async Task<Model> PointAsync(this ModelService.ModelServiceClient models, string model, string alias, int version) =>
        await models.SetModelAliasAsync(
            new SetModelAliasRequest { Name = $"{Project}/models/{model}", Alias = alias, Version = version }, cancellationToken: Cancel);

    public static async Task<Model> GetAsync(this ModelService.ModelServiceClient models, string model) =>
        await models.GetModelAsync(new GetModelRequest { Name = $"{Project}/models/{model}" }, cancellationToken: Cancel);

    public static async Task DeleteVersionAsync(this ModelService.ModelServiceClient models, string model, int version) =>
        await models.DeleteModelVersionAsync(
            new DeleteModelVersionRequest { Name = $"{Project}/models/{model}/versions/{version}" }, cancellationToken: Cancel);

    public static async Task<Deployment> DeployAsync(
        this DeploymentService.DeploymentServiceClient deployments, string id, string model, int replicas = 0, string requestId = "") =>
        await deployments.CreateDeploymentAsync(
            new CreateDeploymentRequest
            {
                Parent = Project, DeploymentId = id, RequestId = requestId,
                Deployment = new Deployment { Model = $"{Project}/models/{model}", Replicas = replicas },
            },
            cancellationToken: Cancel);

    public static async Task<(byte[] Bytes, DownloadModelVersionResponse First)> DownloadAsync(
        this ModelService.ModelServiceClient models, string version, string file = "", long offset = 0)
    {
        using var call = models.DownloadModelVersion(new DownloadModelVersionRequest { Name = version, File = file, Offset = offset }, cancellationToken: Cancel);
        using var bytes = new MemoryStream();
        DownloadModelVersionResponse? first = null;
        await foreach (var part in call.ResponseStream.ReadAllAsync(Cancel))
        {
            first ??= part;
            part.Data.WriteTo(bytes);
        }

        return (bytes.ToArray(), first!);
    }

    /// <summary>The error's code, and the reason in its details.</summary>
    public static async Task<(StatusCode Code, string Reason, RpcException Error)> FailsAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        var reason = error.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason ?? "";
        return (error.StatusCode, reason, error);
    }
}
