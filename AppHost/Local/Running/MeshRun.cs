using System.Diagnostics;
using Mesh.AppHost.Local.ApplicationModel;
using Mesh.AppHost.Local.Logs;
using Mesh.AppHost.Local.Processes;

namespace Mesh.AppHost.Local.Running;

/// <summary>
/// One run of the mesh: everything starts as soon as what it waits for is healthy; then the command, if one was given;
/// then it stays until it is told to stop, and stops what depends on others first.
/// </summary>
internal sealed class MeshRun : IAsyncDisposable
{
    private const int Interrupted = 130;

    // The next level does not wait for the last straggler of the one above it.
    private static readonly TimeSpan LevelPause = TimeSpan.FromSeconds(1);

    private readonly MeshModel model;
    private readonly StateDirectory state;
    private readonly HostConsole console;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<Resource, ReplicaRunner[]> runners;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task[] running = [];

    public MeshRun(MeshModel model, StateDirectory state, HostConsole console, RunPace pace)
    {
        this.model = model;
        this.state = state;
        this.console = console;
        runners = model.Resources.Where(resource => !resource.ExplicitStart).Select((resource, colour) => (resource, colour)).ToDictionary(
            pair => pair.resource,
            pair => model.ReplicasOf(pair.resource).Select(replica =>
                new ReplicaRunner(replica, model, console, pace, state.Logs, pair.colour) { PortsChanged = RestartHoldersOf }).ToArray());
    }

    public IEnumerable<ReplicaRunner> Runners => runners.Values.SelectMany(group => group);

    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(CommandLine commandLine, ShutdownSignals signals, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, signals.Stop);
        var code = commandLine.Command is null ? 0 : Interrupted;
        try
        {
            await StartAsync(stop.Token);
            if (commandLine.Command is { } command)
            {
                code = await RunCommandAsync(command, commandLine, stop.Token);
                if (commandLine.Exit)
                    return code;
                if (code != 0)
                    console.Warning($"{command} ended with code {code}. The mesh is still running; its logs are in {state.Logs}.");
                console.Info("The mesh keeps running. Ctrl+C stops it.");
            }
            await Task.Delay(Timeout.Infinite, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        finally
        {
            await StopAsync(signals.Hurry);
        }
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (var runner in Runners)
            runner.Dispose();
        stopping.Dispose();
    }

    private async Task StartAsync(CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        console.Info($"Starting {Runners.Count()} processes. Data and logs: {state.Path}");
        running = [.. runners.Select(pair => RunResourceAsync(pair.Key, pair.Value))];
        _ = Task.WhenAll(Runners.Select(runner => runner.Healthy))
            .ContinueWith(_ => started.TrySetResult(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await started.Task.WaitAsync(stop);

        console.Info($"Ready after {clock.Elapsed.TotalSeconds:0.0} s.");
        foreach (var resource in runners.Keys.Where(resource => resource.External))
        {
            foreach (var endpoint in resource.Endpoints)
                console.Info($"  {resource.Name + " " + endpoint.Name,-16} {model.Addresses.Of(resource, endpoint.Name)[0]}");
        }
        console.Info($"  {"logs",-16} {state.Logs}");
        console.Info($"  {"stop",-16} Ctrl+C");
    }

    private async Task RunResourceAsync(Resource resource, ReplicaRunner[] replicas)
    {
        try
        {
            await Task.WhenAll(resource.Waits.Select(wait => WaitAsync(resource, wait))).WaitAsync(stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (DistributedApplicationException fault)
        {
            Fail(fault);
            return;
        }
        await Task.WhenAll(replicas.Select(RunReplicaAsync));
    }

    private async Task RunReplicaAsync(ReplicaRunner replica)
    {
        try
        {
            await replica.RunAsync(stopping.Token);
        }
        catch (DistributedApplicationException fault)
        {
            Fail(fault);
        }
    }

    // While starting it ends the mesh. Later the rest goes on without the one.
    private void Fail(DistributedApplicationException fault)
    {
        if (!started.TrySetException(fault))
            console.Error(fault.Message);
    }

    private async Task WaitAsync(Resource resource, Wait wait)
    {
        if (!wait.Dependency.IsProcess)
            return;
        if (!runners.TryGetValue(wait.Dependency, out var replicas))
            throw new DistributedApplicationException($"{resource.Name} waits for {wait.Dependency.Name}, which is not started with the rest.");
        if (wait.ExitCode is not { } expected)
        {
            await Task.WhenAll(replicas.Select(replica => replica.Healthy));
            return;
        }
        foreach (var code in await Task.WhenAll(replicas.Select(replica => replica.Completed)))
        {
            if (code != expected)
                throw new DistributedApplicationException($"{wait.Dependency.Name} ended with code {code}, not {expected}, so {resource.Name} cannot start. Logs: {state.Logs}");
        }
    }

    private async Task<int> RunCommandAsync(string command, CommandLine commandLine, CancellationToken stop)
    {
        var resource = model.Resources.Single(resource => resource.Name == command);
        using var child = ChildProcess.Start(model.LaunchOf(model.ReplicasOf(resource)[0], commandLine), null);
        try
        {
            return await child.Exited.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            await child.StopAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            throw;
        }
    }

    private async Task StopAsync(CancellationToken hurry)
    {
        await stopping.CancelAsync();
        var stopped = new List<Task>();
        foreach (var level in runners.GroupBy(pair => StopOrder.Level(pair.Key)).OrderByDescending(level => level.Key))
        {
            var tasks = level.SelectMany(pair => pair.Value).Select(runner => runner.StopAsync(hurry)).ToList();
            stopped.AddRange(tasks);
            var all = Task.WhenAll(tasks);
            await Task.WhenAny(all, Task.Delay(LevelPause, hurry));
        }
        await Task.WhenAll(stopped);
        await Task.WhenAll(running);
    }

    private void RestartHoldersOf(Replica moved)
    {
        foreach (var runner in Runners.Where(runner => runner.Replica.Resource.Addressed.Contains(moved.Resource)))
            runner.Recycle();
    }
}
