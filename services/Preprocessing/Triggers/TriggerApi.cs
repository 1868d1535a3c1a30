using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Microsoft.Extensions.Options;

namespace Mesh.Preprocessing.Triggers;

public sealed class TriggerApi(TriggerStore triggers, ProjectGate gate, IOptions<JobOptions> jobs, ILogger<TriggerApi> logger) : TriggerService.TriggerServiceBase
{
    public override async Task<Trigger> CreateTrigger(CreateTriggerRequest request, ServerCallContext context)
    {
        var project = Names.Pipeline.Parse(request.Parent, "parent")[0];
        var violations = new Violations();
        ResourceId.Check(violations, request.TriggerId, "trigger_id");
        TriggerSpecs.Check(request.Trigger, project, JobResources.Of(jobs.Value), violations);
        violations.ThrowIfAny();
        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        var trigger = await triggers.CreateAsync(request, context.GetCaller().Principal, context.CancellationToken);
        logger.TriggerCreated(trigger.Name, trigger.Dataset, trigger.Creator);
        return trigger;
    }

    public override Task<Trigger> GetTrigger(GetTriggerRequest request, ServerCallContext context) =>
        triggers.GetAsync(request.Name, context.CancellationToken);

    public override async Task<ListTriggersResponse> ListTriggers(ListTriggersRequest request, ServerCallContext context)
    {
        var (page, next) = await triggers.ListAsync(request.Parent, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListTriggersResponse { Triggers = { page }, NextPageToken = next };
    }

    public override Task<Trigger> UpdateTrigger(UpdateTriggerRequest request, ServerCallContext context) =>
        triggers.UpdateAsync(request, context.CancellationToken);

    public override async Task<Empty> DeleteTrigger(DeleteTriggerRequest request, ServerCallContext context)
    {
        await triggers.DeleteAsync(request.Name, context.CancellationToken);
        logger.Deleted(request.Name, context.GetCaller().Principal);
        return new Empty();
    }
}
