using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Ingest.Imports;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.ServiceDefaults.Watching;

namespace Mesh.Ingest;

internal sealed class ImportApi(ImportStore imports, ProjectGate projects, WatchStream watch) : ImportService.ImportServiceBase
{
    public override async Task<Import> CreateImport(CreateImportRequest request, ServerCallContext context)
    {
        using var creating = await projects.EnterAsync(ResourcePattern.Project.Parse(request.Parent, "parent")[0], context.CancellationToken);
        return await imports.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
    }

    public override Task<Import> GetImport(GetImportRequest request, ServerCallContext context) => imports.GetAsync(request.Name, context.CancellationToken);

    public override Task<ListImportsResponse> ListImports(ListImportsRequest request, ServerCallContext context) =>
        imports.ListAsync(request, context.CancellationToken);

    public override Task WatchImport(WatchImportRequest request, IServerStreamWriter<Import> stream, ServerCallContext context) => watch.RunAsync(
        request.Name,
        cancel => imports.GetAsync(request.Name, cancel),
        import => import.Status.State.HasEnded(),
        stream,
        context.CancellationToken);

    public override Task<Import> CancelImport(CancelImportRequest request, ServerCallContext context) => imports.CancelAsync(request.Name, context.CancellationToken);

    public override async Task<Empty> DeleteImport(DeleteImportRequest request, ServerCallContext context)
    {
        await imports.DeleteAsync(request.Name, context.CancellationToken);
        return new Empty();
    }
}
