using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Registry.Bundles;
using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Uploads;

namespace Mesh.Registry.Models;

/// <summary>The front door of models, aliases and versions; the uploads of bundles are in the other part.</summary>
internal sealed partial class ModelApi(
    ModelStore models, AliasStore aliases, VersionStore versions, VersionRegistration registration, BundleDownload download,
    UploadStore<RegistryDb> uploads, ProjectGate gate, ILogger<ModelApi> logger) : ModelService.ModelServiceBase
{
    public override async Task<Model> CreateModel(CreateModelRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        ModelChecks.Check(request);
        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        var key = new ModelKey(project, request.ModelId);
        return (await models.CreateAsync(key, request, context.GetCaller().Principal, context.CancellationToken)).ToModel();
    }

    public override async Task<Model> GetModel(GetModelRequest request, ServerCallContext context) =>
        (await models.GetAsync(ModelKey.Parse(request.Name, "name"), context.CancellationToken)).ToModel();

    public override async Task<ListModelsResponse> ListModels(ListModelsRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var (page, next) = await models.ListAsync(project, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListModelsResponse { Models = { page.Select(m => m.ToModel()) }, NextPageToken = next };
    }

    public override async Task<Empty> DeleteModel(DeleteModelRequest request, ServerCallContext context)
    {
        await models.DeleteAsync(ModelKey.Parse(request.Name, "name"), context.CancellationToken);
        return new Empty();
    }

    public override async Task<Model> SetModelAlias(SetModelAliasRequest request, ServerCallContext context)
    {
        var key = ModelKey.Parse(request.Name, "name");
        ModelChecks.CheckAlias(request.Alias);
        return (await aliases.SetAsync(key, request.Alias, request.Version, context.CancellationToken)).ToModel();
    }

    public override async Task<Model> DeleteModelAlias(DeleteModelAliasRequest request, ServerCallContext context)
    {
        var key = ModelKey.Parse(request.Name, "name");
        ModelChecks.CheckAlias(request.Alias);
        return (await aliases.DeleteAsync(key, request.Alias, context.CancellationToken)).ToModel();
    }

    public override async Task<ModelVersion> CreateModelVersion(CreateModelVersionRequest request, ServerCallContext context)
    {
        var model = ModelKey.Parse(request.Parent, "parent");
        var upload = ModelChecks.Check(request, model);
        using var creating = await gate.EnterAsync(model.Project, context.CancellationToken);
        var creator = context.GetCaller().Principal;
        var version = (await registration.RegisterAsync(model, upload, request, creator, context.CancellationToken)).ToModelVersion();
        return version;
    }

    public override async Task<ModelVersion> GetModelVersion(GetModelVersionRequest request, ServerCallContext context) =>
        (await versions.GetAsync(VersionKey.Parse(request.Name, "name"), context.CancellationToken)).ToModelVersion();

    public override async Task<ListModelVersionsResponse> ListModelVersions(ListModelVersionsRequest request, ServerCallContext context)
    {
        var model = ModelKey.Parse(request.Parent, "parent");
        var (page, next) = await versions.ListAsync(model, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListModelVersionsResponse { Versions = { page.Select(v => v.ToModelVersion()) }, NextPageToken = next };
    }

    public override async Task<Empty> DeleteModelVersion(DeleteModelVersionRequest request, ServerCallContext context)
    {
        var key = VersionKey.Parse(request.Name, "name");
        await versions.DeleteAsync(key, context.CancellationToken);
        logger.VersionDeleted(key.Name, context.GetCaller().Principal);
        return new Empty();
    }

    public override async Task DownloadModelVersion(
        DownloadModelVersionRequest request, IServerStreamWriter<DownloadModelVersionResponse> responseStream, ServerCallContext context)
    {
        var version = await versions.GetAsync(VersionKey.Parse(request.Name, "name"), context.CancellationToken);
        await download.SendAsync(version.Row, request.File, request.Offset, responseStream, context.CancellationToken);
    }
}
