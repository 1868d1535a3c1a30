using System.Collections.Concurrent;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Mesh.Client;
using Mesh.Client.Watching;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using NetVips;
using Pipeline = Mesh.Preprocessing.V1.Pipeline;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// 12,000 JPEG files of 640×480, decoded, brought to 224×224, normalised with given numbers and written to shards by a pipeline run, with Ingest and
/// Preprocessing as processes of their own, from the first record to the last, against a bare loop that decodes and resizes the same bytes by NetVips, a
/// thread a core, and appends the pixels to a file. The loop does not normalise and hashes nothing. Takes about two minutes.
/// </summary>
internal static class RunVersusLibvips
{
    private const int Rounds = 3;
    private const int Side = 224;
    private const string Project = "projects/default";

    public static readonly Benchmark Benchmark = new("preprocess.images_vs_libvips", Target.AtLeast(0.85), MeasureAsync);

    private static async Task<double> MeasureAsync()
    {
        var tar = Path.Combine(DataSets.Path("bench-images"), "images.tar");
        using var folder = new TemporaryFolder();
        await using var services = await ServiceProcesses.StartAsync(folder.Path, "Ingest", "Preprocessing");
        using var mesh = new MeshClient(new MeshClientOptions { Address = services.Gateway });
        var version = await CommitAsync(mesh, tar);
        var files = Read(tar);
        if (version.Splits.Sum(split => split.RecordCount) != files.Count)
        {
            throw new InvalidDataException("The two do not read the same images.");
        }

        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await RunAsync(mesh, version.Name, round));
            theirs.Add(Loop(files, folder.File("pixels")));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {files.Count} images: {ours[^1]:f1} s, NetVips alone {theirs[^1]:f1} s"));
        }

        return Median(theirs) / Median(ours);
    }

    private static async Task<DatasetVersion> CommitAsync(MeshClient mesh, string tar)
    {
        await using var content = File.OpenRead(tar);
        var upload = await mesh.DatasetUploads.SendAsync(Project, "images.tar", content, Guid.NewGuid().ToString());
        var dataset = await mesh.Datasets.CreateDatasetAsync(new CreateDatasetRequest { Parent = Project, DatasetId = "images", Dataset = new Dataset() });
        var version = await mesh.Datasets.CreateDatasetVersionAsync(new CreateDatasetVersionRequest { Parent = dataset.Name, Uploads = { upload.Name } });
        await foreach (var state in mesh.WatchDatasetVersionAsync(version.Name))
        {
            version = state;
        }

        return version.Status.State == JobState.Succeeded ? version : throw new InvalidOperationException($"The commit ended as {version.Status}.");
    }

    /// <returns>Seconds from the first progress that the run reports to the end of its last pass; what it reports is half a second old at most.</returns>
    private static async Task<double> RunAsync(MeshClient mesh, string version, int seed)
    {
        var pipeline = await mesh.Pipelines.CreatePipelineAsync(new CreatePipelineRequest
        {
            Parent = Project,
            PipelineId = $"p{seed}",
            Pipeline = new Pipeline
            {
                Transforms =
                {
                    new Transform { Type = "decode-image" },
                    new Transform { Type = "resize", Parameters = Struct.Parser.ParseJson($$"""{"width":{{Side}},"height":{{Side}}}""") },
                    new Transform { Type = "normalize", Parameters = Struct.Parser.ParseJson("""{"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}""") },
                    new Transform { Type = "label" },
                },
                Split = new SplitSpec { Seed = seed, ValidationFraction = 0.1 },
            },
        });
        var run = await mesh.Pipelines.CreatePipelineRunAsync(new CreatePipelineRunRequest { Parent = pipeline.Name, DatasetVersion = version });
        var (began, seconds) = (0L, 0.0);
        await foreach (var state in mesh.WatchPipelineRunAsync(run.Name))
        {
            run = state;
            if (began == 0 && state.Status.Progress is { Done: > 0 })
            {
                began = Stopwatch.GetTimestamp();
            }
            else if (seconds == 0 && began > 0 && (state.Status.Progress is { Stage: "publish" } || state.Status.State == JobState.Succeeded))
            {
                seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
        }

        return run.Status.State == JobState.Succeeded ? seconds : throw new InvalidOperationException($"The run ended as {run.Status}.");
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
                using var small = image.Resize((double)Side / image.Width, Enums.Kernel.Linear, vscale: (double)Side / image.Height);
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

    private static List<byte[]> Read(string tar)
    {
        using var reader = new TarReader(File.OpenRead(tar));
        var files = new List<byte[]>();
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                var file = new byte[data.Length];
                data.ReadExactly(file);
                files.Add(file);
            }
        }

        return files;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
