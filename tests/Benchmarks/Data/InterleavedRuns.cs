using System.Diagnostics;
using System.Globalization;

namespace Mesh.Benchmarks.Data;

/// <summary>Workloads that run in turn in one process, so that what else the machine does falls on all of them.</summary>
internal static class InterleavedRuns
{
    /// <summary>At least seven, by which a single stall does not move the median.</summary>
    private const int MinRounds = 7;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The median seconds of each workload, after a warm-up that lasts until all code is compiled at its best. Writes them to standard error.
    /// A workload should take 50 ms or more.
    /// </summary>
    public static double[] MedianSeconds(int rounds, params Action[] workloads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, MinRounds);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < WarmUp;)
        {
            Array.ForEach(workloads, workload => workload());
        }
        var seconds = workloads.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < workloads.Length; i++)
            {
                var began = Stopwatch.GetTimestamp();
                workloads[i]();
                seconds[i][round] = Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
        }
        var medians = seconds.Select(Median).ToArray();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  medians of {rounds} in turn: {string.Join(", ", medians.Select(median => (1000 * median).ToString("f1", CultureInfo.InvariantCulture)))} ms"));
        return medians;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
