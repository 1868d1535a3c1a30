using Mesh.Blobs;
using Mesh.Inference.Onnx;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Watching;

namespace Mesh.Inference.Serving;

/// <summary>
/// One deployment on this replica. A new version is loaded and warmed up beside the one that serves, then takes its
/// place in one step; the old one is freed when its last request is answered. A version that cannot be loaded never
/// takes the place: the old one stays, and the directory hears why.
/// </summary>
internal sealed class ServedDeployment(
    string project, string name, ModelLoader loader, ChangeSignals signals, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private LoadedModel? current;
    private DesiredModel? served;
    private DesiredModel? desired;
    private CancellationTokenSource? superseded;
    private TaskCompletionSource settled = new();
    private Task work = Task.CompletedTask;
    private ServedModelState state = ServedModelState.Loading;
    private string error = "";
    private long answered;
    private int departures;

    public KeyValuePair<string, object?> MetricTag { get; } = new("mesh.deployment", name);

    /// <summary>The version that answers; null while there is none.</summary>
    public LoadedModel? Current => Volatile.Read(ref current);

    /// <summary>Completes when the newest desired version serves or has failed.</summary>
    public Task Settled
    {
        get
        {
            lock (gate)
            {
                return settled.Task;
            }
        }
    }

    /// <summary>Which departure this deployment is on; null while it is wanted.</summary>
    public int? Departure
    {
        get
        {
            lock (gate)
            {
                return desired is null ? departures : null;
            }
        }
    }

    public void CountAnswer() => Interlocked.Increment(ref answered);

    /// <summary>Starts to bring <paramref name="wanted"/> into service; a load of anything else is given up.</summary>
    public void Want(DesiredModel wanted)
    {
        lock (gate)
        {
            if (wanted.Equals(desired))
            {
                return;
            }

            desired = wanted;
            superseded?.Cancel();
            superseded = new CancellationTokenSource();
            settled.TrySetResult();
            settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            work = BringAsync(wanted, settled, work, superseded.Token);
        }
    }

    /// <summary>
    /// Gives up loading and reports that it leaves, but goes on answering with what it has. Wanted again, it stays.
    /// </summary>
    /// <returns>The number of this departure; null when it was leaving already.</returns>
    public int? Leave()
    {
        lock (gate)
        {
            if (desired is null)
            {
                return null;
            }

            (desired, state) = (null, ServedModelState.Unloading);
            superseded?.Cancel();
            settled.TrySetResult();
            return ++departures;
        }
    }

    /// <summary>Lets the current version go; completes when its last request is answered.</summary>
    public async Task UnloadAsync()
    {
        Leave();
        await work;
        if (Interlocked.Exchange(ref current, null) is { } old)
        {
            await RetireAsync(old);
        }
    }

    public ServedModel Report()
    {
        lock (gate)
        {
            return new ServedModel
            {
                Deployment = name,
                ModelVersion = current?.Version ?? "",
                State = state,
                Error = error,
                RequestCount = Interlocked.Read(ref answered),
            };
        }
    }

    private async Task BringAsync(DesiredModel wanted, TaskCompletionSource settles, Task before, CancellationToken cancel)
    {
        // Off the caller's thread and lock, and behind the load that this one replaces.
        await Task.Yield();
        await before;
        try
        {
            if (wanted.Equals(served))
            {
                // Back to what still serves, before its replacement was ready.
                Enter(ServedModelState.Ready, "", cancel);
                return;
            }

            Enter(ServedModelState.Loading, "", cancel);
            for (var retry = FirstRetry; !await TryBringAsync(wanted, cancel); retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry)
            {
                settles.TrySetResult();
                await Task.Delay(retry, time, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // Something else is wanted now.
        }
        finally
        {
            settles.TrySetResult();
        }
    }

    /// <summary>False when another try may succeed.</summary>
    private async Task<bool> TryBringAsync(DesiredModel wanted, CancellationToken cancel)
    {
        try
        {
            Swap(wanted, await loader.LoadAsync(project, wanted, cancel), cancel);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var problem = e is ModelLoadException or BlobStoreException ? e.Message : "The model could not be loaded.";
            if (Enter(ServedModelState.Failed, problem, cancel))
            {
                logger.ModelFailed(name, wanted.ModelVersion, e.Message, e);
            }

            // Content never changes under its digest: only what could not be read is worth another try.
            return e is ModelLoadException or BlobCorruptException;
        }
    }

    private void Swap(DesiredModel wanted, LoadedModel loaded, CancellationToken cancel)
    {
        LoadedModel? old;
        lock (gate)
        {
            if (cancel.IsCancellationRequested)
            {
                loaded.Dispose();
                return;
            }

            old = current;
            Volatile.Write(ref current, loaded);
            served = wanted;
            (state, error) = (ServedModelState.Ready, "");
        }

        logger.ModelReady(name, loaded.Version);
        if (loaded.Classifier?.OtherImageLibrary is { } other)
        {
            logger.OtherImageLibrary(name, loaded.Version, other, Transforms.Pipeline.ImageLibraryVersion);
        }

        signals.Pulse(ServedModels.Changed);
        if (old is not null)
        {
            _ = RetireAsync(old);
        }
    }

    private async Task RetireAsync(LoadedModel old)
    {
        old.Dispose();
        await old.Drained;
        logger.ModelUnloaded(name, old.Version);
    }

    /// <summary>False when another version is wanted meanwhile.</summary>
    private bool Enter(ServedModelState next, string problem, CancellationToken cancel)
    {
        lock (gate)
        {
            if (cancel.IsCancellationRequested)
            {
                return false;
            }

            (state, error) = (next, problem);
        }

        signals.Pulse(ServedModels.Changed);
        return true;
    }
}
