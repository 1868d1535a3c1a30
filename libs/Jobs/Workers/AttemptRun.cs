using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs.V1;
using Microsoft.Extensions.Logging;
using Outcome = Mesh.Jobs.V1.EndAttemptRequest.Types.Outcome;

namespace Mesh.Jobs.Workers;

/// <summary>One attempt from its start to the report of its end.</summary>
internal sealed class AttemptRun(WorkerIdentity identity, WorkerLink link, WorkerStops stops, IServiceProvider services, ILogger logger)
{
    private const int Reported = 0;
    private const int NotReported = 3;

    public async Task<int> RunAsync(Func<WorkerSession, CancellationToken, Task<IMessage>> body)
    {
        using var stopHeartbeat = new CancellationTokenSource();
        var heartbeat = Task.CompletedTask;
        try
        {
            var request = new StartAttemptRequest { Name = identity.Name, Attempt = identity.Attempt };
            var start = await link.CallAsync(options => link.Client.StartAttemptAsync(request, options));
            var session = new WorkerSession(identity, link, start, services, stops);
            heartbeat = new Heartbeat(identity, session, link, stops, start.Lease.ToTimeSpan(), logger).RunAsync(stopHeartbeat.Token);
            await RunAndReportAsync(session, body);
            return Reported;
        }
        catch (Exception e) when (stops.Abort.IsCancellationRequested)
        {
            if (stops.ServiceGone)
            {
                logger.ServiceGone();
            }
            else
            {
                logger.LostLease();
            }

            logger.Aborted(e);
            return NotReported;
        }
        catch (RpcException e)
        {
            logger.BodyFailed(e);
            return NotReported;
        }
        finally
        {
            await stopHeartbeat.CancelAsync();
            await heartbeat;
        }
    }

    private async Task RunAndReportAsync(WorkerSession session, Func<WorkerSession, CancellationToken, Task<IMessage>> body)
    {
        try
        {
            var result = await body(session, stops.Stopped.Token);
            stops.Abort.ThrowIfCancellationRequested();
            await CompleteAsync(result);
        }
        catch (Exception) when (stops.Abort.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception) when (stops.Cancel.IsCancellationRequested)
        {
            // Whatever it threw, it did so because it was cancelled, or no one wants to know any more.
            await EndAsync(Outcome.Cancelled);
        }
        catch (Exception e) when (stops.Yield.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // A call that the body gave the token says so in its own way.
            await EndAsync(Outcome.Yielded);
        }
        catch (JobFailure e)
        {
            logger.BodyFailed(e);
            await EndAsync(Outcome.Failed, e.Reason, e.Message, e.Retryable);
        }
        catch (RpcException e)
        {
            logger.BodyFailed(e);
            var retryable = e.StatusCode is not (StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.PermissionDenied);
            // A service of the mesh gives a reason. Without one the detail is the client's own, which names addresses.
            var (reason, message) = WorkerLink.ReasonOf(e) is { } given
                ? (given, e.Status.Detail)
                : ($"UPSTREAM_{e.StatusCode.ToString().ToUpperInvariant()}", $"A call to another service ended with {e.StatusCode}; the worker's log says more.");
            await EndAsync(Outcome.Failed, reason, message, retryable);
        }
        catch (Exception e)
        {
            logger.BodyFailed(e);
            await EndAsync(Outcome.Failed, "INTERNAL", $"The worker failed with {e.GetType().Name}; its log says more.", retryable: true);
        }
    }

    private async Task CompleteAsync(IMessage result)
    {
        var request = new CompleteAttemptRequest { Name = identity.Name, Attempt = identity.Attempt, Result = Any.Pack(result) };
        try
        {
            await link.CallAsync(options => link.Client.CompleteAttemptAsync(request, options));
        }
        catch (RpcException e) when (WorkerLink.ReasonOf(e) == "CANCELLING")
        {
            await EndAsync(Outcome.Cancelled);
        }
    }

    private Task EndAsync(Outcome outcome, string reason = "", string message = "", bool retryable = false)
    {
        var request = new EndAttemptRequest { Name = identity.Name, Attempt = identity.Attempt, Outcome = outcome, Retryable = retryable };
        if (outcome == Outcome.Failed)
        {
            request.Error = new JobError { Reason = reason, Message = message };
        }

        return link.CallAsync(options => link.Client.EndAttemptAsync(request, options));
    }
}
