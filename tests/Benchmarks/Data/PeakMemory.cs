using System.Globalization;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// The most anonymous memory that a process and those it started had at once: what they allocated, without the pages of files. Looked at every 10 ms, from
/// /proc.
/// </summary>
internal sealed class PeakMemory : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly Task _watching;
    private long _peak;

    public PeakMemory(int process) => _watching = WatchAsync(process);

    /// <returns>Bytes.</returns>
    public async Task<long> EndAsync()
    {
        await _over.CancelAsync();
        await _watching;
        return _peak;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _over.Dispose();
    }

    private async Task WatchAsync(int process)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        int[] family = [process];
        for (var tick = 0; !_over.IsCancellationRequested; tick++)
        {
            if (tick % 25 == 0)
            {
                // Takes a walk over all processes.
                family = [process, .. Directory.EnumerateDirectories("/proc", "*").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
                    .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Where(id => Read(id, "PPid:") == process)];
            }

            _peak = Math.Max(_peak, family.Sum(id => Read(id, "RssAnon:") * 1024));
            await timer.WaitForNextTickAsync(_over.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <returns>0 when the process has ended.</returns>
    private static long Read(int process, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) ?? "";
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return words.Length > 1 ? long.Parse(words[1], CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
