namespace Mesh.Ingest.Tests.Hosting;

/// <summary>Looks at how much memory processes take while they work.</summary>
internal sealed class ProcessMemory : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Dictionary<string, long> _peaks = [];
    private readonly Task _watching;

    /// <param name="processes">Each with a name.</param>
    public ProcessMemory(params (string Name, int Id)[] processes) => _watching = WatchAsync(processes);

    /// <summary>The most that each had so far, in bytes.</summary>
    public async Task<IReadOnlyDictionary<string, long>> PeaksAsync()
    {
        await _over.CancelAsync();
        await _watching;
        return _peaks;
    }

    /// <summary>Anonymous memory in bytes: what the process itself allocated, without the pages of files. 0 when it has ended.</summary>
    public static long AnonymousBytes(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)) ?? "0";
            return long.Parse(line.Split(' ', '\t').First(word => word.Length > 0 && char.IsAsciiDigit(word[0]))) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await PeaksAsync();
        _over.Dispose();
    }

    private async Task WatchAsync((string Name, int Id)[] processes)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                foreach (var (name, id) in processes)
                {
                    _peaks[name] = Math.Max(_peaks.GetValueOrDefault(name), AnonymousBytes(id));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
    }
}
