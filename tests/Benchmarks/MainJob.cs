using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Net.Client;
using Mesh.Client;
using Mesh.Client.Watching;
using Mesh.Inference.V1;
using Mesh.Trainer.V1;

namespace Mesh.Benchmarks;

/// <summary>The main job on a fresh state, then the price of the gateway: the same load through it and straight to one replica, in turn.</summary>
internal static partial class MainJob
{
    private const string Deployment = "projects/default/deployments/fashion-mnist";
    private const int Concurrency = 16;
    private const int Windows = 7;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string[] options)
    {
        var state = Directory.CreateTempSubdirectory("mesh-benchmark-").FullName;
        var summary = Path.Combine(state, "summary.json");
        using var host = Start(["demo", "--state", state, "--http-port", "0", "--grpc-port", "0", "--json", summary, .. options]);
        try
        {
            var output = await ReadUntilAsync(host, "The mesh keeps running");
            if (!File.Exists(summary))
            {
                Console.Error.WriteLine(output);
                return 1;
            }

            Report(summary);
            await ReportTrainingAsync(Address(output, "gateway grpc"));
            var image = ByteString.CopyFrom(await File.ReadAllBytesAsync(Directory.EnumerateFiles(Path.Combine(state, "samples"), "*.png").First()));
            await CompareAsync(Address(output, "gateway grpc"), Replica(output), image);
            return 0;
        }
        finally
        {
            // SIGTERM, so that the mesh stops in order.
            Process.Start("kill", [host.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            await host.WaitForExitAsync();
            Directory.Delete(state, recursive: true);
        }
    }

    private static void Report(string summary)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(summary));
        var root = json.RootElement;
        foreach (var stage in root.GetProperty("stages").EnumerateArray())
        {
            Print($"mainjob.{stage.GetProperty("name").GetString()}_seconds", stage.GetProperty("seconds").GetDouble());
        }

        Print("mainjob.total_seconds", root.GetProperty("stages").EnumerateArray().Sum(s => s.GetProperty("seconds").GetDouble()));
        Print("mainjob.test_accuracy", root.GetProperty("test_accuracy").GetDouble());
        Print("mainjob.onnx_max_abs_diff", root.GetProperty("onnx_max_abs_diff").GetDouble());
        var served = root.GetProperty("served");
        Print("mainjob.mismatches", served.GetProperty("mismatches").GetDouble());
        var serve = root.GetProperty("stages").EnumerateArray().First(s => s.GetProperty("name").GetString() == "serve").GetProperty("seconds").GetDouble();
        Print("mainjob.demo_predictions_per_second", served.GetProperty("requests").GetDouble() / serve);
    }

    /// <summary>Of the epochs of the one run there is.</summary>
    private static async Task ReportTrainingAsync(string gateway)
    {
        using var mesh = new MeshClient(new MeshClientOptions { Address = new Uri(gateway) });
        var runs = await mesh.Training.ListTrainingRunsAsync(new ListTrainingRunsRequest { Parent = "projects/default" });
        var rates = new List<double>();
        await foreach (var message in mesh.WatchTrainingRunAsync(runs.TrainingRuns.Single().Name))
        {
            rates.AddRange(message.Metrics.Where(m => m.Epoch is not null).Select(m => m.Epoch.SamplesPerSecond));
        }

        Print("mainjob.training_images_per_second", Median(rates));
    }

    /// <summary>One warm client for each, alternating; the medians, and the median of the ratios of neighbours.</summary>
    private static async Task CompareAsync(string gateway, string replica, ByteString image)
    {
        using var through = GrpcChannel.ForAddress(gateway);
        using var straight = GrpcChannel.ForAddress(replica);
        await LoadAsync(through, image);
        await LoadAsync(straight, image);
        var pairs = new List<(double Through, double Straight)>();
        for (var i = 0; i < Windows; i++)
        {
            pairs.Add((await LoadAsync(through, image), await LoadAsync(straight, image)));
        }

        Print("mainjob.gateway_two_replicas_predictions_per_second", Median([.. pairs.Select(p => p.Through)]));
        Print("mainjob.one_replica_predictions_per_second", Median([.. pairs.Select(p => p.Straight)]));
        Print("mainjob.gateway_to_direct_ratio", Median([.. pairs.Select(p => p.Through / p.Straight)]));
    }

    private static async Task<double> LoadAsync(GrpcChannel channel, ByteString image)
    {
        var client = new PredictionService.PredictionServiceClient(channel);
        var clock = Stopwatch.StartNew();
        var answered = 0;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => Task.Run(async () =>
        {
            while (clock.Elapsed < Window)
            {
                await client.PredictAsync(new PredictRequest { Name = Deployment, TopK = 1, Instances = { new Instance { Image = image } } });
                Interlocked.Increment(ref answered);
            }
        })));
        return answered / clock.Elapsed.TotalSeconds;
    }

    private static Process Start(string[] arguments)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Mesh.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("Mesh.sln is not above this program.");
        }

        var host = Path.Combine(root, "AppHost", "bin", "Release", "net10.0", "Mesh.AppHost.dll");
        return Process.Start(new ProcessStartInfo("dotnet", ["exec", host, .. arguments]) { RedirectStandardOutput = true })!;
    }

    private static async Task<string> ReadUntilAsync(Process host, string last)
    {
        var output = new System.Text.StringBuilder();
        while (await host.StandardOutput.ReadLineAsync() is { } line)
        {
            output.AppendLine(line);
            if (line.Contains(last, StringComparison.Ordinal))
            {
                break;
            }
        }

        // Or the pipe fills up and the host waits.
        _ = host.StandardOutput.ReadToEndAsync();
        return output.ToString();
    }

    private static string Address(string output, string name) => Regex.Match(output, name + @"\s+(http://\S+)").Groups[1].Value;

    private static string Replica(string output) => ReplicaLine().Match(output).Groups[1].Value;

    private static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:g6}"));

    [GeneratedRegex(@"inference-\S+\s+healthy.*?grpc (http://\S+)")]
    private static partial Regex ReplicaLine();
}
