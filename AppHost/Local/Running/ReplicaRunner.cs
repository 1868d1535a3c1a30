using System.Diagnostics;
using Mesh.AppHost.Local.Logs;
using Mesh.AppHost.Local.Processes;

namespace Mesh.AppHost.Local.Running;

/// <summary>
/// Keeps one replica running:
/// 1. start it (on its old ports, if they are still free), 2. ask for its health until it answers, then every 30 s,
/// 3. when it ends, wait as the policy says and start again, until told to stop or the policy gives up.
/// </summary>
internal sealed class ReplicaRunner : IDisposable
{
    // Without a health check, a replica that ends sooner than this counts as never healthy.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NoticeAfter = TimeSpan.FromSeconds(20);

    private readonly MeshModel model;
    private readonly HostConsole console;
    private readonly int colour;
    private readonly LogFile log;
    private readonly RunPace pace;
    private readonly RestartPolicy policy;
    private readonly TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private ChildProcess? child;
    private bool recycling;
    private bool logFailed;

    public ReplicaRunner(Replica replica, MeshModel model, HostConsole console, RunPace pace, string logDirectory, int colour)
    {
        Replica = replica;
        this.model = model;
        this.console = console;
        this.pace = pace;
        policy = new RestartPolicy(pace);
        this.colour = colour;
        LogPath = Path.Combine(logDirectory, $"{replica.Name}.log");
        log = new LogFile(LogPath);
    }

    public Replica Replica { get; }

    public string LogPath { get; }

    /// <summary>Done when it was healthy for the first time.</summary>
    public Task Healthy => healthy.Task;

    /// <summary>The exit code of a replica that runs once.</summary>
    public Task<int> Completed => completed.Task;

    /// <summary>The id of the running process; null between two.</summary>
    public int? ProcessId
    {
        get
        {
            lock (gate)
                return child?.Id;
        }
    }

    /// <summary>Called when others hold an address of this replica that is no longer right.</summary>
    public required Action<Replica> PortsChanged { get; init; }

    /// <exception cref="DistributedApplicationException">It cannot be started, or is given up.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            if (model.ReplaceTakenPorts(Replica))
            {
                console.Warning($"{Replica.Name}: somebody else has taken its port; it moves to another.");
                PortsChanged(Replica);
            }
            var (code, wasHealthy) = await RunOnceAsync(stopping);
            if (code is null || stopping.IsCancellationRequested)
                return;
            if (Replica.Resource.RunsOnce)
            {
                log.Write($"--- ended with {code}");
                completed.TrySetResult(code.Value);
                return;
            }
            if (!await MayStartAgainAsync(code.Value, wasHealthy, stopping))
                return;
        }
    }

    public async Task StopAsync(CancellationToken hurry)
    {
        ChildProcess? running;
        lock (gate)
            running = child;
        if (running is not null && !await running.StopAsync(pace.Grace, hurry))
            console.Warning($"{Replica.Name} did not stop within {pace.Grace.TotalSeconds:0.#} s and was killed. Log: {LogPath}");
    }

    /// <summary>Ends the running process so that it starts again with the present addresses; counts as no failure.</summary>
    public void Recycle()
    {
        lock (gate)
        {
            if (child is null)
                return;
            recycling = true;
        }
        _ = StopAsync(CancellationToken.None);
    }

    public void Dispose() => log.Dispose();

    // The code is null if the mesh is stopping and nothing was started.
    private async Task<(int? Code, bool WasHealthy)> RunOnceAsync(CancellationToken stopping)
    {
        var clock = Stopwatch.StartNew();
        ChildProcess started;
        lock (gate)
        {
            // Whoever stops the mesh cancels first and then takes the gate, so no process can slip in between.
            if (stopping.IsCancellationRequested)
                return (null, false);
            child = started = ChildProcess.Start(model.LaunchOf(Replica), Line);
        }
        log.Write($"--- started as process {started.Id} at {DateTime.UtcNow:yyyy-MM-ddTHH:mm:ssZ}");
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = WatchHealthAsync(clock, running.Token);
        var code = await started.Exited;
        await running.CancelAsync();
        var wasHealthy = await watch && (Replica.Resource.HealthCheck is not null || clock.Elapsed > Settled);
        lock (gate)
            child = null;
        started.Dispose();
        return (code, wasHealthy);
    }

    private async Task<bool> MayStartAgainAsync(int code, bool wasHealthy, CancellationToken stopping)
    {
        lock (gate)
        {
            if (recycling)
            {
                recycling = false;
                return true;
            }
        }
        var delay = policy.AfterExit(wasHealthy);
        try
        {
            // Ctrl+C reaches children directly: give the signal time to reach this process before calling the end unexpected.
            await Task.Delay(TimeSpan.FromMilliseconds(100), stopping);
            if (delay is null)
            {
                throw new DistributedApplicationException(
                    $"GIVING UP on {Replica.Name}: {policy.FailedStarts} starts in a row ended {Describe(code)} before it was healthy. Log: {LogPath}");
            }
            console.Warning($"{Replica.Name} ended {Describe(code)}; starting again in {delay.Value.TotalSeconds:0.#} s. Log: {LogPath}");
            await Task.Delay(delay.Value, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <returns>True if it was ever healthy.</returns>
    private async Task<bool> WatchHealthAsync(Stopwatch clock, CancellationToken running)
    {
        var wasHealthy = false;
        var wait = HealthProbe.First;
        string? last = "";
        var noticed = false;
        try
        {
            while (true)
            {
                var fault = await HealthProbe.AskAsync(Replica, running);
                if (fault is null)
                {
                    Announce(clock, first: !wasHealthy, recovered: last is not null);
                    wasHealthy = true;
                    wait = HealthProbe.WhenHealthy;
                }
                else
                {
                    if (last is null)
                        console.Warning($"{Replica.Name} is not healthy: {fault}.");
                    wait = last is null ? TimeSpan.FromSeconds(1) : HealthProbe.Next(wait);
                    if (!wasHealthy && !noticed && (noticed = clock.Elapsed > NoticeAfter))
                        console.Warning($"Still waiting for {Replica.Name}: {fault}. Log: {LogPath}");
                }
                last = fault;
                await Task.Delay(wait, running);
            }
        }
        catch (OperationCanceledException)
        {
            return wasHealthy;
        }
    }

    private void Announce(Stopwatch clock, bool first, bool recovered)
    {
        if (!recovered)
            return;
        var addresses = string.Concat(Replica.Resource.Endpoints.Select(endpoint => $"  {endpoint.Name} {Replica.Url(endpoint.Name)}"));
        console.Info(first
            ? $"{Replica.Name,-24} healthy after {clock.Elapsed.TotalSeconds:0.0} s{addresses}"
            : $"{Replica.Name,-24} healthy again");
        healthy.TrySetResult();
    }

    private void Line(string line, bool fromStandardError)
    {
        var failed = !log.Write(line);
        if (failed && !logFailed)
            console.Warning($"{LogPath} cannot be written; lines of {Replica.Name} are lost from it.");
        logFailed = failed;
        console.Child(Replica.Name, colour, line, LogLine.IsWarning(line, fromStandardError));
    }

    private static string Describe(int code) => code > 128 ? $"by signal {code - 128}" : $"with code {code}";
}
