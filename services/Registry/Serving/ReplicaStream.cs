using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Registry.Serving;

/// <summary>One replica's stream: hears its reports and tells it what to serve.</summary>
internal sealed class ReplicaStream(
    ServingDirectory directory, ServingPlans plans, ServingSignals signals, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>How long a stream that ends waits for a replica that does not read.</summary>
    private static readonly TimeSpan LastWrite = TimeSpan.FromSeconds(1);

    /// <summary>Returns when the replica ends its stream.</summary>
    /// <exception cref="MeshException">
    /// UNAVAILABLE when the replica was silent or the service stops, ABORTED when a newer stream of the replica took over,
    /// INVALID_ARGUMENT for a malformed report. In all cases the replica connects anew.
    /// </exception>
    public async Task RunAsync(IAsyncStreamReader<ServeRequest> reports, IServerStreamWriter<ServeResponse> desired, CancellationToken cancel)
    {
        using var silence = new CancellationTokenSource(ServingDirectory.Silence, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel, silence.Token, lifetime.ApplicationStopping);
        try
        {
            if (!await reports.MoveNext(ends.Token))
            {
                return;
            }

            silence.CancelAfter(ServingDirectory.Silence);
            await ServeAsync(directory.Join(ReportCheck.Checked(reports.Current.Report)), reports, desired, silence, ends, cancel);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw MeshError.Stopping();
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw MeshError.Unavailable("REPLICA_SILENT", $"No report for {ServingDirectory.Silence.TotalSeconds} s.", TimeSpan.FromSeconds(1));
        }
    }

    private async Task ServeAsync(
        ReplicaSession session, IAsyncStreamReader<ServeRequest> reports, IServerStreamWriter<ServeResponse> desired,
        CancellationTokenSource silence, CancellationTokenSource ends, CancellationToken cancel)
    {
        Telemetry.ReplicasConnected.Add(1);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ends.Token);
        // To cancel a write resets the stream, and the replica would not hear why it ended: whatever ends it, a write may finish.
        using var writes = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var hearing = HearAsync(session, reports, silence, ends.Token);
        var telling = TellAsync(session, desired, over.Token, writes.Token);
        try
        {
            await await Task.WhenAny(hearing, telling);
        }
        finally
        {
            Telemetry.ReplicasConnected.Add(-1);
            // A stop of this service says nothing about the replica: the next start goes on with it.
            if (!lifetime.ApplicationStopping.IsCancellationRequested)
            {
                directory.Leave(session);
            }

            await over.CancelAsync();
            await telling.WaitAsync(LastWrite, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await writes.CancelAsync();
            await ends.CancelAsync();
            await Task.WhenAll(hearing, telling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HearAsync(ReplicaSession session, IAsyncStreamReader<ServeRequest> reports, CancellationTokenSource silence, CancellationToken cancel)
    {
        while (await reports.MoveNext(cancel))
        {
            silence.CancelAfter(ServingDirectory.Silence);
            var report = ReportCheck.Checked(reports.Current.Report);
            if (report.ReplicaId != session.ReplicaId)
            {
                throw MeshError.Invalid("report.replica_id", "one stream is one replica.");
            }

            if (!directory.Hear(session, report))
            {
                throw MeshError.Aborted("REPLICA_SUPERSEDED", "A newer stream speaks for this replica.");
            }
        }
    }

    private async Task TellAsync(ReplicaSession session, IServerStreamWriter<ServeResponse> desired, CancellationToken over, CancellationToken cancel)
    {
        ServeResponse? last = null;
        while (true)
        {
            var changed = signals.NextPlan();
            if (plans.Current?.For(session.ReplicaId) is { } models && (last is null || !last.Models.SequenceEqual(models)))
            {
                // The clock makes it grow over restarts of this service too.
                var revision = Math.Max((last?.Revision ?? 0) + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
                last = new ServeResponse { Revision = revision, Models = { models } };
                await desired.WriteAsync(last, cancel);
            }

            await changed.WaitAsync(over);
        }
    }
}
