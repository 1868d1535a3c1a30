using System.Diagnostics;
using System.Text.Json;
using Grpc.Core;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client;
using Mesh.Client.Errors;
using Mesh.Identity.V1;
using Mesh.Ingest.V1;
using Mesh.OpenInference;
using Mesh.Preprocessing.V1;
using Mesh.Registry.V1;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Commands;

internal sealed class Status : MeshCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public Status()
        : base("status", "Asks every service of the mesh whether it is there. Ends with 0 when all are.", "mesh status", "mesh status --gateway http://mesh.example.org:8001")
    {
    }

    // More would hide what this is to show.
    public override int MaxAttempts => 2;

    public override async Task<int> RunAsync(CommandRun run)
    {
        (string, Func<MeshClient, string, CallOptions, Task>)[] services =
        [
            ("identity", async (m, _, o) => await m.Projects.ListProjectsAsync(new ListProjectsRequest { PageSize = 1 }, o)),
            ("ingest", async (m, p, o) => await m.Datasets.ListDatasetsAsync(new ListDatasetsRequest { Parent = p, PageSize = 1 }, o)),
            ("preprocessing", async (m, p, o) => await m.Pipelines.ListPipelinesAsync(new ListPipelinesRequest { Parent = p, PageSize = 1 }, o)),
            ("trainer", async (m, p, o) => await m.Training.ListTrainingRunsAsync(new ListTrainingRunsRequest { Parent = p, PageSize = 1 }, o)),
            ("registry", async (m, p, o) => await m.Models.ListModelsAsync(new ListModelsRequest { Parent = p, PageSize = 1 }, o)),
            ("inference", async (m, _, o) => await m.OpenInference.ServerLiveAsync(new ServerLiveRequest(), o)),
        ];
        var found = await Task.WhenAll(services.Select(service => AskAsync(run, service.Item1, service.Item2)));
        if (found.All(service => service.Away))
        {
            // Nobody is there: the usual words for that.
            throw found[0].Error!;
        }

        var address = run.Mesh.Options.Address.ToString().TrimEnd('/');
        if (run.Json)
        {
            var answers = found.Select(s => new { s.Name, Ok = !s.Down, s.Milliseconds, Error = s.Problem });
            await run.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(new { Gateway = address, Services = answers }, Indented));
        }
        else
        {
            run.Terminal.Out.WriteLine($"gateway {address}\n");
            TextTable.Write(run.Terminal.Out, ["SERVICE", "STATE", "TIME", "ERROR"],
                found.Select(s => (string[])[s.Name, s.Down ? "away" : "ok", $"{s.Milliseconds:0} ms", s.Problem]));
        }

        return found.All(service => !service.Down) ? ExitCode.Ok : ExitCode.Unreachable;
    }

    private static async Task<Answer> AskAsync(CommandRun run, string name, Func<MeshClient, string, CallOptions, Task> ask)
    {
        var start = Stopwatch.GetTimestamp();
        MeshApiException? error = null;
        try
        {
            await ask(run.Mesh, run.Project, new CallOptions(deadline: DateTime.UtcNow + Timeout, cancellationToken: run.Cancel));
        }
        catch (MeshApiException e) when (!run.Cancel.IsCancellationRequested)
        {
            error = e;
        }

        return new(name, Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1), error);
    }

    private sealed record Answer(string Name, double Milliseconds, MeshApiException? Error)
    {
        /// <summary>A refusal is an answer too: then the service is there.</summary>
        public bool Down => Error is { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Unimplemented or StatusCode.Internal or StatusCode.Unknown };

        public string Problem => Down ? Error!.Status.Detail : "";

        /// <summary>No answer from the mesh at all, not even an error.</summary>
        public bool Away => Error is { StatusCode: StatusCode.Unavailable, Reason: "" } && Error.Status.DebugException is not null;
    }
}
