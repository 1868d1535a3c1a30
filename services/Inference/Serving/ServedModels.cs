using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Watching;
using Microsoft.Extensions.Options;

namespace Mesh.Inference.Serving;

/// <summary>All deployments of this replica: follows the desired state and lends models to requests.</summary>
internal sealed class ServedModels : IAsyncDisposable
{
    /// <summary>Pulsed when what serves, or whether requests are accepted, changes.</summary>
    public const string Changed = "served models";

    private static readonly ResourcePattern Name = new("projects/{project}/deployments/{deployment}");

    private readonly ConcurrentDictionary<(string Project, string Id), ServedDeployment> deployments = new();
    private readonly ConcurrentDictionary<ServedDeployment, bool> unloading = new();
    private readonly Lock changing = new();
    private readonly ModelLoader loader;
    private readonly IOptions<InferenceOptions> options;
    private readonly ChangeSignals signals;
    private readonly TimeProvider time;
    private readonly ILogger<ServedModels> logger;
    private Task? firstSettled;
    private int inFlight;

    public ServedModels(ModelLoader loader, IOptions<InferenceOptions> options, ChangeSignals signals, TimeProvider time, ILogger<ServedModels> logger)
    {
        (this.loader, this.options, this.signals, this.time, this.logger) = (loader, options, signals, time, logger);
        Telemetry.Meter.CreateObservableGauge("mesh.inference.queue.rows", ObserveQueues, "{row}", "Rows that wait for a batch.");
    }

    /// <summary>Requests that hold a model now.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    /// <summary>Whether everything in the first desired state serves or has failed: a new replica gets no traffic before.</summary>
    public bool HasSettled => Volatile.Read(ref firstSettled) is { IsCompleted: true };

    /// <summary>Makes this the desired state: starts loading what is new, lets go what is not named.</summary>
    public void Apply(IReadOnlyCollection<DesiredModel> desired)
    {
        lock (changing)
        {
            var wanted = new HashSet<(string, string)>();
            foreach (var model in desired)
            {
                if (!Name.TryParse(model.Deployment, out var ids))
                {
                    continue;
                }

                var key = (ids[0], ids[1]);
                wanted.Add(key);
                deployments.GetOrAdd(key, k => new ServedDeployment(k.Project, model.Deployment, loader, signals, time, logger)).Want(model);
            }

            foreach (var (key, served) in deployments)
            {
                if (!wanted.Contains(key) && served.Leave() is { } departure)
                {
                    _ = LetGoAsync(key, served, departure);
                }
            }

            firstSettled ??= Task.WhenAll(deployments.Values.Select(deployment => deployment.Settled));
        }

        signals.Pulse(Changed);
    }

    /// <summary>What the directory is told. A deployment that came back while its predecessor still drains is told once.</summary>
    public IEnumerable<ServedModel> Report() =>
        deployments.Values.Concat(unloading.Keys).Select(deployment => deployment.Report()).DistinctBy(model => model.Deployment);

    /// <summary>Lends the version that serves now.</summary>
    /// <param name="version">When given, it must be that one.</param>
    /// <exception cref="MeshException">NOT_FOUND, or UNAVAILABLE while the deployment has nothing loaded.</exception>
    public ModelLease Lend(string project, string deployment, string version = "")
    {
        if (!deployments.TryGetValue((project, deployment), out var served))
        {
            throw Unknown(deployment, "");
        }

        while (true)
        {
            var model = served.Current ?? throw MeshError.Unavailable(
                "MODEL_NOT_READY", $"Request for model '{deployment}' that is not ready on this replica", TimeSpan.FromSeconds(1));
            if (version.Length > 0 && version != model.VersionId)
            {
                throw Unknown(deployment, version);
            }

            // Fails only if the model was replaced after it was read.
            if (model.TryHold())
            {
                Interlocked.Increment(ref inFlight);
                return new ModelLease(this, served, model);
            }
        }
    }

    /// <summary>Whether this version (any when empty) can be lent now.</summary>
    public bool IsReady(string project, string deployment, string version) =>
        deployments.TryGetValue((project, deployment), out var served)
        && served.Current is { } model
        && (version.Length == 0 || version == model.VersionId);

    public async ValueTask DisposeAsync()
    {
        var rest = deployments.Keys.Select(key => deployments.TryRemove(key, out var gone) ? gone.UnloadAsync() : Task.CompletedTask);
        // What still runs a request is left to the end of the process.
        await Task.WhenAny(Task.WhenAll([.. rest]), Task.Delay(TimeSpan.FromSeconds(1), time));
    }

    internal void Left() => Interlocked.Decrement(ref inFlight);

    private static MeshException Unknown(string deployment, string version)
    {
        var shown = deployment.Length <= 80 ? deployment : deployment[..80] + "…";
        var which = version.Length == 0 ? "" : $" version {(version.Length <= 80 ? version : version[..80] + "…")}";
        return new MeshException(StatusCode.NotFound, "NOT_FOUND", $"Request for unknown model: '{shown}'{which} is not found");
    }

    /// <summary>Goes on answering until the gateway has heard that the deployment leaves this replica, then unloads it.</summary>
    private async Task LetGoAsync((string, string) key, ServedDeployment leaving, int departure)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(options.Value.DrainMilliseconds), time).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        lock (changing)
        {
            if (leaving.Departure != departure || !deployments.TryRemove(key, out _))
            {
                // Wanted again meanwhile, or the replica stops.
                return;
            }

            unloading[leaving] = true;
        }

        await leaving.UnloadAsync();
        unloading.TryRemove(leaving, out _);
        signals.Pulse(Changed);
    }

    private IEnumerable<Measurement<int>> ObserveQueues()
    {
        foreach (var deployment in deployments.Values)
        {
            if (deployment.Current is { } model)
            {
                yield return new Measurement<int>(model.Batcher.QueuedRows, deployment.MetricTag);
            }
        }
    }
}
