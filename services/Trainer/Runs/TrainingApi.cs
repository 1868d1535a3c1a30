using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.ModelGraph.Architectures;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.ServiceDefaults.Watching;
using Mesh.Trainer.Storage;
using Mesh.Trainer.Training;
using Mesh.Trainer.V1;
using Microsoft.Extensions.Options;
using Architecture = Mesh.Trainer.V1.Architecture;
using TrainingRun = Mesh.Trainer.V1.TrainingRun;

namespace Mesh.Trainer.Runs;

public sealed class TrainingApi(
    RunRequests requests, RunStore runs, RunFolders folders, JobStore<TrainerDb> jobs, ProjectGate gate, WatchStream watch, ChangeSignals signals,
    IOptions<TrainerOptions> options, ILogger<TrainingApi> logger) : TrainingService.TrainingServiceBase
{
    public override Task<ListArchitecturesResponse> ListArchitectures(ListArchitecturesRequest request, ServerCallContext context)
    {
        ResourcePattern.Project.Parse(request.Parent, "parent");
        return Task.FromResult(new ListArchitecturesResponse { Architectures = { ArchitectureCatalog.All.Select(ToProto) } });
    }

    public override async Task<TrainingRun> CreateTrainingRun(CreateTrainingRunRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        if (request.TrainingRun is null)
        {
            throw MeshError.Invalid("training_run", "is missing.");
        }

        if (request.TrainingRunId.Length > 0 && !ResourceId.IsValid(request.TrainingRunId))
        {
            throw MeshError.Invalid("training_run_id", ResourceId.Rule + ".");
        }

        using var creating = await gate.EnterAsync(project, context.CancellationToken);
        if (await runs.FindFirstAsync(project, request, context.CancellationToken) is { } first)
        {
            return first;
        }

        var (run, data) = await requests.ResolveAsync(project, request.TrainingRun, context.CancellationToken);
        var id = request.TrainingRunId.Length > 0 ? request.TrainingRunId : ResourceId.New("run");
        var created = await runs.CreateAsync(project, id, request, run, data, context.GetCaller().Principal, context.CancellationToken);
        logger.RunCreated(created.Name, created.Architecture, created.Creator);
        Telemetry.RunsCreated.Add(1);
        return created;
    }

    public override Task<TrainingRun> GetTrainingRun(GetTrainingRunRequest request, ServerCallContext context) =>
        runs.GetAsync(request.Name, context.CancellationToken);

    public override async Task<ListTrainingRunsResponse> ListTrainingRuns(ListTrainingRunsRequest request, ServerCallContext context)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var (page, next) = await runs.ListAsync(project, Paging.Parse(request.PageSize, request.PageToken), context.CancellationToken);
        return new ListTrainingRunsResponse { TrainingRuns = { page }, NextPageToken = next };
    }

    public override async Task<TrainingRun> CancelTrainingRun(CancelTrainingRunRequest request, ServerCallContext context)
    {
        RunRequests.Run.Parse(request.Name, "name");
        await jobs.RequestCancelAsync(request.Name, context.CancellationToken);
        return await runs.GetAsync(request.Name, context.CancellationToken);
    }

    public override async Task<Empty> DeleteTrainingRun(DeleteTrainingRunRequest request, ServerCallContext context)
    {
        await runs.DeleteAsync(request.Name, context.CancellationToken);
        logger.RunDeleted(request.Name, context.GetCaller().Principal);
        return new Empty();
    }

    public override Task WatchTrainingRun(WatchTrainingRunRequest request, IServerStreamWriter<WatchTrainingRunResponse> response, ServerCallContext context)
    {
        var cursor = 0L;
        if (request.Cursor.Length > 0 && (!long.TryParse(request.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out cursor)))
        {
            throw MeshError.Invalid("cursor", "is not a cursor that a watch of this run returned.");
        }

        var more = true;
        return watch.RunAsync(request.Name, ReadAsync, r => !more && IsTerminal(r.TrainingRun.Status.State), response, context.CancellationToken);

        async Task<WatchTrainingRunResponse> ReadAsync(CancellationToken cancel)
        {
            var (run, end, _) = await runs.LoadAsync(request.Name, cancel);
            var (metrics, next) = await ReadMetricsAsync(request.Name, cursor, end, cancel);
            cursor = next;
            more = next < end;
            if (more)
            {
                // The rest of the history is there: go on without waiting for a change.
                signals.Pulse(request.Name);
            }

            return new WatchTrainingRunResponse
            {
                TrainingRun = run,
                Metrics = { metrics },
                Cursor = next.ToString(CultureInfo.InvariantCulture),
            };
        }
    }

    public override async Task<TestPredictions> GetTestPredictions(GetTestPredictionsRequest request, ServerCallContext context)
    {
        var (run, _, result) = await runs.LoadAsync(request.Name, context.CancellationToken);
        if (result is null)
        {
            throw MeshError.Precondition("RUN_NOT_SUCCEEDED", $"{request.Name} is {run.Status.State}; there are predictions once it has succeeded.");
        }

        try
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folders.Of(request.Name), result.TestPredictionsFile), context.CancellationToken);
            return TestPredictions.Parser.ParseFrom(bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw await GoneAsync(request.Name, context.CancellationToken);
        }
    }

    /// <summary>A run's file is not there: as a rule the run has just been deleted.</summary>
    private async Task<MeshException> GoneAsync(string run, CancellationToken cancel)
    {
        await runs.GetAsync(run, cancel);
        return MeshError.DataLoss($"The files of {run} are gone.");
    }

    private async Task<(IReadOnlyList<Metrics> Metrics, long Next)> ReadMetricsAsync(string run, long cursor, long end, CancellationToken cancel)
    {
        var invalid = MeshError.Invalid("cursor", "is not a cursor that a watch of this run returned.");
        if (cursor > end)
        {
            throw invalid;
        }

        try
        {
            return MetricsFile.Read(folders.Metrics(run), cursor, end, options.Value.WatchBatch);
        }
        catch (InvalidDataException)
        {
            throw invalid;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw await GoneAsync(run, cancel);
        }
    }

    private static bool IsTerminal(JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    private static Architecture ToProto(Mesh.ModelGraph.Architectures.Architecture architecture) => new()
    {
        Id = architecture.Name,
        Summary = architecture.Summary,
        Hyperparameters =
        {
            TrainingPlan.SpaceOf(architecture).Parameters.Select(p => new Hyperparameter
            {
                Name = p.Name, Type = p.Type, DefaultValue = p.DefaultText, Range = p.Range, Meaning = p.Meaning,
            }),
        },
    };
}
