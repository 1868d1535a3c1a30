using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Mesh.Client;
using Mesh.Tests.Shared;
using NetVips;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// 12,000 JPEG files of 640×480, decoded, brought to 224×224, normalised with given numbers and written to shards by a pipeline run, with Ingest and
/// Preprocessing as processes of their own, from the first record to the last, against a bare loop that decodes and resizes the same bytes by NetVips, a
/// thread a core, and appends the pixels to a file. The loop does not normalise and hashes nothing. Takes about two minutes.
/// </summary>
internal static class RunVersusLibvips
{
    private const int Rounds = 3;

    public static readonly Benchmark Benchmark = new("preprocess.images_vs_libvips", Target.AtLeast(0.85), MeasureAsync);

    private static async Task<double> MeasureAsync()
    {
        var tar = Path.Combine(DataSets.Path("bench-images"), "images.tar");
        using var folder = new TemporaryFolder();
        await using var services = await ServiceProcesses.StartAsync(folder.Path, "Ingest", "Preprocessing");
        using var mesh = new MeshClient(new MeshClientOptions { Address = services.Gateway });
        var version = await Versions.CommitAsync(mesh, tar);
        var files = Images.Read(tar);
        if (version.Splits.Sum(split => split.RecordCount) != files.Count)
        {
            throw new InvalidDataException("The two do not read the same images.");
        }

        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await Images.RunAsync(mesh, version.Name, round));
            theirs.Add(Loop(files, folder.File("pixels")));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {files.Count} images: {ours[^1]:f1} s, NetVips alone {theirs[^1]:f1} s"));
        }

        return Median(theirs) / Median(ours);
    }

    private static double Loop(IReadOnlyList<byte[]> files, string path)
    {
        NetVips.NetVips.Concurrency = 1;
        var began = Stopwatch.GetTimestamp();
        using (var pixels = File.Create(path))
        {
            Parallel.ForEach(Partitioner.Create(files, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, file =>
            {
                using var image = Image.JpegloadBuffer(file, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
                using var small = image.Resize((double)Images.Side / image.Width, Enums.Kernel.Linear, vscale: (double)Images.Side / image.Height);
                var row = small.WriteToMemory<byte>();
                lock (pixels)
                {
                    pixels.Write(row);
                }
            });
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        File.Delete(path);
        return seconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
