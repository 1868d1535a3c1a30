using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace Mesh.Preprocessing.DryRuns;

/// <summary>The main function of a dry run's process: a task from standard input, its outcome to standard output.</summary>
internal static class DryRunProgram
{
    public const string Verb = "dry-run";

    /// <summary>Names a folder for temporary files, which the parent removes.</summary>
    public const string Folder = "MESH_DRY_RUN_FOLDER";

    public static async Task<int> RunAsync()
    {
        var input = Console.OpenStandardInput();
        var task = DryRunTask.Parser.ParseDelimitedFrom(input);
        new Thread(() => EndWithParent(input)) { IsBackground = true, Name = "parent pipe" }.Start();

        var builder = Host.CreateApplicationBuilder();
        builder.AddMeshWorkerDefaults("preprocessing");
        // Standard output is the answer's.
        builder.Logging.ClearProviders();
        PreprocessingSetup.AddRecords(builder);
        using var host = builder.Build();
        var outcome = await TryAsync(host.Services, task);
        await using var output = Console.OpenStandardOutput();
        outcome.WriteTo(output);
        return 0;
    }

    private static async Task<DryRunOutcome> TryAsync(IServiceProvider services, DryRunTask task)
    {
        try
        {
            var options = services.GetRequiredService<IOptions<PreprocessingOptions>>().Value;
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(options.DryRunSeconds));
            var run = new DryRun(task.Pipeline, task.DatasetVersion, Environment.GetEnvironmentVariable(Folder)!);
            var datasets = services.GetRequiredService<DatasetService.DatasetServiceClient>();
            var sample = await Sample.ReadAsync(datasets, task.DatasetVersion, run.Columns, task.Records, run.NeedsNeighbours, timeout.Token);
            return new DryRunOutcome { Response = run.Try(sample, timeout.Token) };
        }
        catch (JobFailure e)
        {
            return Error(e.Reason, e.Message);
        }
        catch (RpcException e)
        {
            return Error($"UPSTREAM_{e.StatusCode.ToString().ToUpperInvariant()}", $"The records could not be read: Ingest answered with {e.StatusCode}.");
        }
        catch (OperationCanceledException)
        {
            return Error("DRY_RUN_FAILED", "The dry run took too long. Try fewer records.");
        }
    }

    private static DryRunOutcome Error(string reason, string message) => new() { Error = new JobError { Reason = reason, Message = message } };

    private static void EndWithParent(Stream input)
    {
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        // Native code cannot be cancelled.
        Process.GetCurrentProcess().Kill();
    }
}
