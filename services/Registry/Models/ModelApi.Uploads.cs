using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Names;
using Mesh.Uploads.V1;

namespace Mesh.Registry.Models;

internal sealed partial class ModelApi
{
    public override async Task<Upload> CreateBundleUpload(CreateUploadRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        return await uploads.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
    }

    public override Task<Upload> WriteBundleUpload(IAsyncStreamReader<WriteUploadRequest> requestStream, ServerCallContext context) =>
        uploads.WriteAsync(requestStream, context.CancellationToken);

    public override Task<Upload> GetBundleUpload(GetUploadRequest request, ServerCallContext context) =>
        uploads.GetAsync(request, context.CancellationToken);

    public override Task<ListUploadsResponse> ListBundleUploads(ListUploadsRequest request, ServerCallContext context) =>
        uploads.ListAsync(request, context.CancellationToken);

    public override Task<Upload> FinishBundleUpload(FinishUploadRequest request, ServerCallContext context) =>
        uploads.FinishAsync(request, context.CancellationToken);

    public override async Task<Empty> DeleteBundleUpload(DeleteUploadRequest request, ServerCallContext context)
    {
        await uploads.DeleteAsync(request.Name, context.CancellationToken);
        return new Empty();
    }
}
