using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs.Scheduling;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Jobs.Workers;

/// <summary>The service's side of mesh.jobs.v1.WorkerService: checks the run token, then the fence, then writes.</summary>
internal sealed class WorkerApi<TDb>(JobAttempts<TDb> attempts, IOptions<JobOptions> options, ILogger<WorkerApi<TDb>> logger)
    : WorkerService.WorkerServiceBase
    where TDb : MeshDb
{
    private const int MaxEvents = 1000;
    private const int MaxText = 4000;

    public override async Task<StartAttemptResponse> StartAttempt(StartAttemptRequest request, ServerCallContext context)
    {
        await AuthenticateAsync(request.Name, request.Attempt, context);
        var job = await attempts.StartAsync(request.Name, request.Attempt, context.CancellationToken);
        var resources = job.Resources.CappedBy(JobResources.Of(options.Value));
        var group = job.ParentName is null ? null : await attempts.FindAsync(job.ParentName, context.CancellationToken);
        return new StartAttemptResponse
        {
            Specification = Any.Parser.ParseFrom(job.Specification),
            Resume = job.Resume is null ? null : Any.Parser.ParseFrom(job.Resume),
            Resources = new ResourceSpec { Cpus = resources.Cpus, MemoryBytes = resources.MemoryBytes, Gpus = resources.Gpus },
            Lease = Duration.FromTimeSpan(options.Value.Lease),
            GroupSpecification = group is null ? null : Any.Parser.ParseFrom(group.Specification),
        };
    }

    public override async Task<HeartbeatResponse> Heartbeat(HeartbeatRequest request, ServerCallContext context)
    {
        await AuthenticateAsync(request.Name, request.Attempt, context);
        if (request.Progress is { } progress)
        {
            progress.Stage = Bounded(progress.Stage, 100);
        }

        var job = await attempts.HeartbeatAsync(request.Name, request.Attempt, request.Progress, request.UnitsDone, context.CancellationToken);
        return new HeartbeatResponse { CancelRequested = job.State == JobState.Cancelling, YieldRequested = job.YieldRequested };
    }

    public override async Task<ReportEventsResponse> ReportEvents(ReportEventsRequest request, ServerCallContext context)
    {
        await AuthenticateAsync(request.Name, request.Attempt, context);
        Check(request);
        var recorded = await attempts.RecordAsync(request.Name, request.Attempt, request.Events, context.CancellationToken);
        return new ReportEventsResponse { RecordedSequence = recorded };
    }

    public override async Task<CompleteAttemptResponse> CompleteAttempt(CompleteAttemptRequest request, ServerCallContext context)
    {
        await AuthenticateAsync(request.Name, request.Attempt, context);
        if (request.Result is null)
        {
            throw MeshError.Invalid("result", "is missing.");
        }

        await attempts.CompleteAsync(request.Name, request.Attempt, request.Result, context.CancellationToken);
        return new CompleteAttemptResponse();
    }

    public override async Task<EndAttemptResponse> EndAttempt(EndAttemptRequest request, ServerCallContext context)
    {
        await AuthenticateAsync(request.Name, request.Attempt, context);
        if (request.Outcome == EndAttemptRequest.Types.Outcome.Unspecified)
        {
            throw MeshError.Invalid("outcome", "is missing.");
        }

        var error = new JobError { Reason = Bounded(request.Error?.Reason ?? "UNKNOWN", 100), Message = Bounded(request.Error?.Message ?? "", MaxText) };
        await attempts.EndAsync(request.Name, request.Attempt, request.Outcome, error, request.Retryable, context.CancellationToken);
        if (request.Outcome == EndAttemptRequest.Types.Outcome.Failed)
        {
            logger.AttemptFailed(request.Name, request.Attempt, error.Reason, error.Message);
        }

        return new EndAttemptResponse();
    }

    private static void Check(ReportEventsRequest request)
    {
        var violations = new Violations();
        violations.Require(request.Events.Count is > 0 and <= MaxEvents, "events", $"give 1 to {MaxEvents} at a time.");
        for (var i = 0; i < request.Events.Count; i++)
        {
            var before = i == 0 ? 0 : request.Events[i - 1].Sequence;
            violations.Require(request.Events[i].Sequence > before, $"events[{i}].sequence", "must rise from 1.");
            violations.Require(request.Events[i].Payload is not null, $"events[{i}].payload", "is missing.");
        }

        violations.ThrowIfAny();
    }

    /// <summary>The token belongs to one attempt. Of an attempt that is over, only its being over is told.</summary>
    private async Task AuthenticateAsync(string name, int attempt, ServerCallContext context)
    {
        const string Scheme = "Bearer ";
        var header = context.RequestHeaders.GetValue("authorization") ?? "";
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw MeshError.Unauthenticated("A worker's call carries its run token.");
        }

        var job = await attempts.FindAsync(name, context.CancellationToken);
        if (job is null || job.Attempt != attempt)
        {
            throw JobAttempts<TDb>.LeaseLost(name, attempt);
        }

        if (!RunToken.Matches(job.TokenHash, header[Scheme.Length..]))
        {
            throw MeshError.Unauthenticated("The run token is not that of this attempt.");
        }
    }

    private static string Bounded(string text, int length) => text.Length <= length ? text : text[..length];
}
