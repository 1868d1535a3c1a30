using System.Runtime.CompilerServices;
using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Registry.V1;
using Mesh.Trainer.V1;

namespace Mesh.Client.Watching;

/// <summary>
/// Watch streams that survive restarts of the mesh: a broken stream is opened again where it left off. Each yields the
/// current state first and throws <see cref="MeshApiException"/> when the mesh refuses or stays away for longer than the client's patience.
/// </summary>
public static class Watch
{
    /// <summary>The mesh says something every 15 s; a stream that is silent for this long is opened again.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(1);

    /// <summary>Whether nothing changes any more.</summary>
    public static bool IsTerminal(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Ends after a terminal state.</summary>
    public static IAsyncEnumerable<DatasetVersion> WatchDatasetVersionAsync(this MeshClient mesh, string name, CancellationToken cancel = default) => FollowAsync<DatasetVersion>(
        (_, stop) => mesh.Datasets.WatchDatasetVersion(new WatchDatasetVersionRequest { Name = name }, cancellationToken: stop),
        version => version.Status.State.IsTerminal(), mesh.Options.Patience, cancel);

    /// <summary>Ends after a terminal state.</summary>
    public static IAsyncEnumerable<Import> WatchImportAsync(this MeshClient mesh, string name, CancellationToken cancel = default) => FollowAsync<Import>(
        (_, stop) => mesh.Imports.WatchImport(new WatchImportRequest { Name = name }, cancellationToken: stop),
        import => import.Status.State.IsTerminal(), mesh.Options.Patience, cancel);

    /// <summary>Ends after a terminal state.</summary>
    public static IAsyncEnumerable<PipelineRun> WatchPipelineRunAsync(this MeshClient mesh, string name, CancellationToken cancel = default) => FollowAsync<PipelineRun>(
        (_, stop) => mesh.Pipelines.WatchPipelineRun(new WatchPipelineRunRequest { Name = name }, cancellationToken: stop),
        run => run.Status.State.IsTerminal(), mesh.Options.Patience, cancel);

    /// <summary>The run and its metrics: each metric once, whatever breaks in between. Ends after a terminal state.</summary>
    public static IAsyncEnumerable<WatchTrainingRunResponse> WatchTrainingRunAsync(this MeshClient mesh, string name, CancellationToken cancel = default) => FollowAsync<WatchTrainingRunResponse>(
        (last, stop) => mesh.Training.WatchTrainingRun(new WatchTrainingRunRequest { Name = name, Cursor = last?.Cursor ?? "" }, cancellationToken: stop),
        message => message.TrainingRun.Status.State.IsTerminal(), mesh.Options.Patience, cancel);

    /// <summary>Does not end by itself.</summary>
    public static IAsyncEnumerable<Deployment> WatchDeploymentAsync(this MeshClient mesh, string name, CancellationToken cancel = default) => FollowAsync<Deployment>(
        (_, stop) => mesh.Deployments.WatchDeployment(new WatchDeploymentRequest { Name = name }, cancellationToken: stop),
        _ => false, mesh.Options.Patience, cancel);

    private static async IAsyncEnumerable<T> FollowAsync<T>(
        Func<T?, CancellationToken, AsyncServerStreamingCall<T>> open, Func<T, bool> isLast, TimeSpan patience,
        [EnumeratorCancellation] CancellationToken cancel)
        where T : class
    {
        T? last = null;
        var tries = new Patience(patience);
        while (true)
        {
            RpcException? broken = null;
            using (var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel))
            using (var call = open(last, silence.Token))
            {
                while (broken is null)
                {
                    silence.CancelAfter(SilenceLimit);
                    try
                    {
                        if (!await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                        {
                            // Ended early: the service stops or thinks it is done. Ask again.
                            throw MeshApiException.From(new RpcException(new Status(StatusCode.Unavailable, "The watch ended before its job.")));
                        }
                    }
                    catch (RpcException e) when (tries.Has(e, cancel))
                    {
                        broken = e;
                        break;
                    }

                    silence.CancelAfter(Timeout.InfiniteTimeSpan);
                    tries.Worked();
                    last = call.ResponseStream.Current;
                    yield return last;
                    if (isLast(last))
                    {
                        yield break;
                    }
                }
            }

            await tries.WaitAsync(broken!, cancel).ConfigureAwait(false);
        }
    }
}
