using Mesh.Gateway.Routing;
using Mesh.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Serving;

/// <summary>
/// The way of every inference call through the gateway:
/// 1. read the body into a pooled buffer, up to the replay limit;
/// 2. find the deployment's name in the path or in the first field;
/// 3. pick a ready replica, or hold the call until there is one, its deadline passes or the hold limit is reached;
/// 4. forward; when the replica dies before its answer is whole, do 3 and 4 once more on another (a replica that could
///    not even be reached does not count: the call never got there);
/// 5. a body beyond the limit streams to one replica and is not sent twice.
/// </summary>
public sealed class InferenceEndpoint(
    ReplicaDirectory replicas, HeldCalls held, UnaryForwarder unary, StreamForwarder streams, ReplayMemory memory,
    IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Two: a call that kills the replica that works on it must not go round and kill them all.</summary>
    private const int Sends = 2;

    public async Task HandleAsync(HttpContext http)
    {
        BodyLimit.Set(http, options.Value.MaxBodyBytes);
        using var buffer = new ReplayBuffer(memory, options.Value.ReplayBytes);
        try
        {
            await buffer.FillAsync(http.Request.BodyReader, http.RequestAborted);
            await RouteAsync(http, buffer);
        }
        catch (MeshException e) when (!http.Response.HasStarted)
        {
            await GatewayErrors.WriteAsync(http, e);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await GatewayErrors.WriteAsync(http, GatewayErrors.BadBody(e));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left; nobody reads an answer.
        }
    }

    private async Task RouteAsync(HttpContext http, ReplayBuffer buffer)
    {
        var deployment = DeploymentName.Of(http.Request, buffer.Body);
        var deadline = CallDeadline.Of(http.Request);
        var clock = new CallClock(time.GetTimestamp(), deadline ?? TimeSpan.FromSeconds(options.Value.HoldSeconds), deadline is not null);
        List<Replica>? tried = null;
        var sends = 0;
        while (true)
        {
            var pick = held.PickAsync(deployment, tried, clock, http.RequestAborted);
            var delayed = tried is not null || !pick.IsCompleted;
            var replica = await pick;
            if (delayed && clock.IsCallers)
            {
                http.Request.Headers[CallDeadline.Header] = CallDeadline.Format(clock.Left(time));
            }

            var sent = time.GetTimestamp();
            switch (await SendAsync(http, buffer, replica))
            {
                case ForwardOutcome.Answered or ForwardOutcome.CutOff:
                    return;
                case ForwardOutcome.Lost when !buffer.IsWhole:
                    throw InferenceErrors.ReplicaLost("The replica that worked on this call went away and its body was too large to keep; send it again.");
                case ForwardOutcome.Lost when ++sends == Sends:
                    throw InferenceErrors.ReplicaLost("The replicas that worked on this call went away; send it again.");
                case ForwardOutcome.Lost:
                    clock = clock.WithoutWork(time.GetElapsedTime(sent), time);
                    Telemetry.Replays.Add(1);
                    break;
            }

            (tried ??= []).Add(replica);
        }
    }

    private async Task<ForwardOutcome> SendAsync(HttpContext http, ReplayBuffer buffer, Replica replica)
    {
        replica.Enter();
        try
        {
            var (outcome, reason) = buffer.IsWhole
                ? await unary.ForwardAsync(http, buffer.Body, replica)
                : await streams.ForwardAsync(http, buffer.Body, replica);
            if (outcome is not ForwardOutcome.Answered)
            {
                replicas.Broke(replica, reason);
            }

            return outcome;
        }
        finally
        {
            replica.Leave();
        }
    }
}
