using System.Globalization;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// Runs the benchmarks of the data path: NAME VALUE on standard output, how each compares with its target on standard error. A new one is a file in this
/// folder and a line in the list.
/// </summary>
internal static class DataBenchmarks
{
    private static readonly Benchmark[] All =
    [
        GatherVersusMemcpy.SmallRows,
        GatherVersusMemcpy.LargeRows,
        LoaderVersusTorchSharp.Benchmark,
        LoaderAllocation.Benchmark,
        CommitVersusSylvan.Benchmark,
        UploadVersusRaw.Benchmark,
        MemoryGrowth.Ingest,
        RunVersusLibvips.Benchmark,
        MemoryGrowth.Preprocess,
        ImagesVersusNetVips.Benchmark,
        TableTransforms.Apply,
        TableTransforms.Moments,
        TableTransforms.Medians,
    ];

    /// <param name="names">Which; all if empty. An area (<c>loader</c>) stands for all of its own.</param>
    /// <returns>0; 1 if a target is missed or a benchmark fails, after all have run; 2 if there is no such benchmark.</returns>
    public static async Task<int> RunAsync(string[] names)
    {
        if (names.FirstOrDefault(name => !All.Any(benchmark => IsNamed(benchmark, name))) is { } unknown)
        {
            Console.Error.WriteLine($"There is no benchmark {unknown}; there are {string.Join(", ", All.Select(benchmark => benchmark.Name))}.");
            return 2;
        }
        var missed = 0;
        foreach (var benchmark in All.Where(benchmark => names.Length == 0 || names.Any(name => IsNamed(benchmark, name))))
        {
            missed += await IsMetAsync(benchmark) ? 0 : 1;
        }
        return missed == 0 ? 0 : 1;
    }

    private static bool IsNamed(Benchmark benchmark, string name) => benchmark.Name == name || benchmark.Name.StartsWith(name + ".", StringComparison.Ordinal);

    private static async Task<bool> IsMetAsync(Benchmark benchmark)
    {
        try
        {
            var value = await benchmark.Measure();
            var met = benchmark.Target.IsMetBy(value);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{benchmark.Name} {value:g6}"));
            Console.Error.WriteLine($"  {benchmark.Name}: target {benchmark.Target}: {(met ? "met" : "MISSED")}");
            return met;
        }
        catch (Exception failure)
        {
            Console.Error.WriteLine($"  {benchmark.Name}: FAILED: {failure}");
            return false;
        }
    }
}
