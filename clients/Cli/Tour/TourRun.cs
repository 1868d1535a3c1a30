using System.Diagnostics;
using Mesh.Cli.Output;
using Mesh.Cli.Running;

namespace Mesh.Cli.Tour;

/// <param name="Epochs">Passes over the training data.</param>
internal sealed record TourSettings(int Epochs, long Seed, string Architecture);

/// <summary>One tour on its way: what its stages share, and how long each took.</summary>
internal sealed class TourRun(CommandRun command, TourData data, TourSettings settings)
{
    /// <summary>Names what the tour makes: the dataset, the model and the deployment.</summary>
    public const string Id = "fashion-mnist";

    private readonly string _key = CommandRun.NewRequestId();
    private readonly List<StageTime> _times = [];

    public CommandRun Command => command;

    public TourData Data => data;

    public TourSettings Settings => settings;

    public IReadOnlyList<StageTime> Times => _times;

    /// <summary>The same within this tour for the same thing, so that a call that is sent again creates nothing twice.</summary>
    public string RequestId(string thing) => $"{_key}-{thing}";

    public string Name(string collection) => $"{command.Project}/{collection}/{Id}";

    /// <summary>Runs a stage that shows itself, and takes its time.</summary>
    public async Task<T> TimedAsync<T>(string name, Func<Task<T>> work)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await work();
        _times.Add(new(name, Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3)));
        return result;
    }

    /// <summary>Runs a stage on a bar.</summary>
    public Task<T> StageAsync<T>(string name, Func<IStage, Task<T>> work) => TimedAsync(name, () => command.Terminal.StageAsync(name, work));
}

internal sealed record StageTime(string Name, double Seconds);
