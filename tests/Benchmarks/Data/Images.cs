using System.Diagnostics;
using System.Formats.Tar;
using Google.Protobuf.WellKnownTypes;
using Mesh.Client;
using Mesh.Client.Watching;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;

namespace Mesh.Benchmarks.Data;

/// <summary>The JPEG files of the set bench-images, and a pipeline for them.</summary>
internal static class Images
{
    /// <summary>Columns and rows of what the pipeline makes.</summary>
    public const int Side = 224;

    /// <summary>Decodes, resizes, normalises with given numbers and stores.</summary>
    /// <param name="seed">Of the split: another one makes the run anew.</param>
    /// <returns>Seconds from the first progress that the run reports to the end of its last pass; what it reports is half a second old at most.</returns>
    public static async Task<double> RunAsync(MeshClient mesh, string version, int seed)
    {
        var pipeline = await mesh.Pipelines.CreatePipelineAsync(new CreatePipelineRequest
        {
            Parent = Versions.Project,
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

    public static List<byte[]> Read(string tar)
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

    /// <summary>Writes an archive of the first files of another.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> FirstAsync(string tar, string path, double share)
    {
        await using var all = new TarReader(File.OpenRead(tar));
        await using var some = new TarWriter(File.Create(path));
        var bytes = new FileInfo(tar).Length * share;
        while (await all.GetNextEntryAsync() is { } entry && (bytes -= entry.Length) > 0)
        {
            await some.WriteEntryAsync(entry);
        }

        return path;
    }
}
