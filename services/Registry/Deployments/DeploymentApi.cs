using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.ServiceDefaults.Watching;

namespace Mesh.Registry.Deployments;

/// <summary>The front door of deployments.</summary>
internal sealed class DeploymentApi(DeploymentStore deployments, DeploymentView view, ProjectGate gate, WatchStream watch)
    : DeploymentService.DeploymentServiceBase
{
    private const int MaxReplicas = 10_000;

    public override async Task<Deployment> CreateDeployment(CreateDeploymentRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var violations = new Violations();
        ResourceId.Check(violations, request.DeploymentId, "deployment_id");
        violations.Require(request.Deployment is not null, "deployment", "is required.");
        CheckReplicas(violations, request.Deployment?.Replicas, "deployment.replicas");
        violations.ThrowIfAny();
        var reference = ModelReference.Parse(request.Deployment!.Model, project, "deployment.model");
        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        return view.Of(await deployments.CreateAsync(project, reference, request, context.GetCaller().Principal, context.CancellationToken));
    }

    public override async Task<Deployment> GetDeployment(GetDeploymentRequest request, ServerCallContext context) =>
        view.Of(await deployments.GetAsync(request.Name, context.CancellationToken));

    public override async Task<ListDeploymentsResponse> ListDeployments(ListDeploymentsRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var (page, next) = await deployments.ListAsync(project, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListDeploymentsResponse { Deployments = { page.Select(view.Of) }, NextPageToken = next };
    }

    public override async Task<Deployment> UpdateDeployment(UpdateDeploymentRequest request, ServerCallContext context)
    {
        var project = RegistryNames.Deployment.Parse(request.Name, "name")[0];
        var violations = new Violations();
        int? replicas = request.HasReplicas ? request.Replicas : null;
        CheckReplicas(violations, replicas, "replicas");
        violations.ThrowIfAny();
        var reference = request.Model.Length == 0 ? null : ModelReference.Parse(request.Model, project, "model");
        return view.Of(await deployments.UpdateAsync(request.Name, reference, replicas, context.CancellationToken));
    }

    public override async Task<Empty> DeleteDeployment(DeleteDeploymentRequest request, ServerCallContext context)
    {
        await deployments.DeleteAsync(request.Name, context.CancellationToken);
        return new Empty();
    }

    public override Task WatchDeployment(WatchDeploymentRequest request, IServerStreamWriter<Deployment> responseStream, ServerCallContext context) =>
        watch.RunAsync(
            request.Name, async cancel => view.Of(await deployments.GetAsync(request.Name, cancel)), _ => false, responseStream, context.CancellationToken);

    private static void CheckReplicas(Violations violations, int? replicas, string field) =>
        violations.Require(replicas is null or (>= 0 and <= MaxReplicas), field, $"must be 0 (every replica) to {MaxReplicas}.");
}
