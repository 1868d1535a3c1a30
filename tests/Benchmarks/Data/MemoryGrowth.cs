using System.Globalization;
using Mesh.Client;
using Mesh.Tests.Shared;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// Peak anonymous memory of a service and its workers at ten times the data over that at one, each with processes of its own: a table of a million rows
/// committed against its first 100,000, and 12,000 JPEG files preprocessed against 1,200. Takes three to five minutes.
/// </summary>
internal static class MemoryGrowth
{
    private const int Rounds = 3;
    private const int Times = 10;

    public static readonly Benchmark Ingest = new("ingest.anon_rss_10x", Target.AtMost(1.2), () => MeasureAsync("a table", TableAsync));

    public static readonly Benchmark Preprocess = new("preprocess.anon_rss_10x", Target.AtMost(1.2), () => MeasureAsync("images", ImagesAsync));

    /// <param name="what">Of what, for the person who waits.</param>
    /// <param name="peak">Bytes at one tenth, or at all of the data.</param>
    private static async Task<double> MeasureAsync(string what, Func<bool, Task<long>> peak)
    {
        var (few, many) = (new List<long>(), new List<long>());
        for (var round = 0; round < Rounds; round++)
        {
            few.Add(await peak(false));
            many.Add(await peak(true));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {few[^1] >> 20} MiB, with {Times} times the data {many[^1] >> 20} MiB"));
        }

        return (double)many.Order().ElementAt(Rounds / 2) / few.Order().ElementAt(Rounds / 2);
    }

    private static async Task<long> TableAsync(bool all)
    {
        using var folder = new TemporaryFolder();
        var table = Path.Combine(DataSets.Path("bench-table"), "table.csv");
        if (!all)
        {
            var lines = File.ReadLines(table);
            await File.WriteAllLinesAsync(table = folder.File("table.csv"), lines.Take(1 + (lines.Count() / Times)));
        }

        await using var services = await ServiceProcesses.StartAsync(folder.Path, "Ingest");
        using var mesh = new MeshClient(new MeshClientOptions { Address = services.Gateway });
        await using var memory = new PeakMemory(services["Ingest"]);
        await Versions.CommitAsync(mesh, table);
        return await memory.EndAsync();
    }

    private static async Task<long> ImagesAsync(bool all)
    {
        using var folder = new TemporaryFolder();
        var tar = Path.Combine(DataSets.Path("bench-images"), "images.tar");
        await using var services = await ServiceProcesses.StartAsync(folder.Path, "Ingest", "Preprocessing");
        using var mesh = new MeshClient(new MeshClientOptions { Address = services.Gateway });
        var version = await Versions.CommitAsync(mesh, all ? tar : await Images.FirstAsync(tar, folder.File("images.tar"), 1.0 / Times));
        await using var memory = new PeakMemory(services["Preprocessing"]);
        await Images.RunAsync(mesh, version.Name, seed: 0);
        return await memory.EndAsync();
    }
}
