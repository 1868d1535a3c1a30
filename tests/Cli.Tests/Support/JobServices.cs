using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.V1;
using Mesh.Trainer.V1;

namespace Mesh.Cli.Tests.Support;

internal sealed class Pipelines(MeshState state) : PipelineService.PipelineServiceBase
{
    public override Task<Pipeline> CreatePipeline(CreatePipelineRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "pipelines", () =>
    {
        if (request.PipelineId.Any(char.IsUpper))
        {
            throw MeshState.Refusal(Code.InvalidArgument, "INVALID_ARGUMENT", "wrong",
                ("pipeline_id", "use lower-case letters."), ("pipeline.transforms[1].parameters.width", "must be an integer."));
        }

        var pipeline = new Pipeline(request.Pipeline) { Name = $"{request.Parent}/pipelines/{request.PipelineId}" };
        state.Put(pipeline.Name, pipeline);
        return pipeline;
    }));

    public override Task<Pipeline> GetPipeline(GetPipelineRequest request, ServerCallContext context) => Task.FromResult(state.Get<Pipeline>(request.Name));

    public override Task<ListPipelinesResponse> ListPipelines(ListPipelinesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListPipelinesResponse { Pipelines = { state.All<Pipeline>($"{request.Parent}/pipelines/") } });

    public override Task<DryRunPipelineResponse> DryRunPipeline(DryRunPipelineRequest request, ServerCallContext context)
    {
        state.Put("dryRun", request);
        return Task.FromResult(Tried);
    }

    private static DryRunPipelineResponse Tried => new()
    {
        OutputColumns = { new OutputColumn { Name = "label", ElementType = "int64" }, new OutputColumn { Name = "image", ElementType = "uint8", Shape = { 1, 28, 28 } } },
        Labels = { "cat", "dog" },
        Rows = { new DryRunRow { Record = "a.csv", Part = "train", Values = { "0 (cat)", "[0, 1, …]" } } },
        Problems =
        {
            new DryRunProblem { Field = "split.column", Description = "is missing" },
            new DryRunProblem { Step = "decode", Description = "is damaged", Record = "a.png", RecordCount = 2 },
        },
        RecordsRead = 3,
        PartCounts = { ["train"] = 2, ["validation"] = 1 },
    };

    public override Task<PipelineRun> CreatePipelineRun(CreatePipelineRunRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "runs", () =>
    {
        var run = new PipelineRun
        {
            Name = $"{request.Parent}/runs/run-{Guid.NewGuid():n}",
            DatasetVersion = request.DatasetVersion,
            Status = new JobStatus { State = JobState.Queued, Attempt = 1 },
        };
        state.Put(run.Name, run);
        return run;
    }));

    public override async Task WatchPipelineRun(WatchPipelineRunRequest request, IServerStreamWriter<PipelineRun> responses, ServerCallContext context)
    {
        var run = state.Get<PipelineRun>(request.Name);
        run.Status.State = JobState.Running;
        run.Status.Progress = new Progress { Stage = "write shards", Done = 20, Total = 40 };
        await responses.WriteAsync(run);
        state.MaybeRestart("preprocess");
        run.Status.State = JobState.Succeeded;
        run.ProcessedDataset = $"{request.Name.Split("/pipelines/")[0]}/processedDatasets/0123456789abcdef0123456789abcdef";
        state.Put(run.ProcessedDataset, new ProcessedDataset
        {
            Name = run.ProcessedDataset,
            DatasetVersion = run.DatasetVersion,
            Splits = { new ProcessedSplit { Name = "train", RowCount = 5_066 }, new ProcessedSplit { Name = "test", RowCount = 1_413 } },
            OutputColumns = { new OutputColumn { Name = "image", ElementType = "uint8", Shape = { 1, 28, 28 } }, new OutputColumn { Name = "label", ElementType = "int64" } },
            Split = new SplitSpec { Duplicates = DuplicatePolicy.Drop },
            DuplicateRecords = 40,
            PipelineRun = run.Name,
        });
        await responses.WriteAsync(run);
    }

    public override Task<PipelineRun> GetPipelineRun(GetPipelineRunRequest request, ServerCallContext context) => Task.FromResult(state.Get<PipelineRun>(request.Name));

    public override Task<PipelineRun> CancelPipelineRun(CancelPipelineRunRequest request, ServerCallContext context)
    {
        var run = state.Get<PipelineRun>(request.Name);
        run.Status.State = JobState.Cancelling;
        return Task.FromResult(run);
    }

    public override Task<Empty> DeletePipeline(DeletePipelineRequest request, ServerCallContext context) => Task.FromResult(Delete(request.Name));

    public override Task<Empty> DeletePipelineRun(DeletePipelineRunRequest request, ServerCallContext context) => Task.FromResult(Delete(request.Name));

    public override Task<Empty> DeleteProcessedDataset(DeleteProcessedDatasetRequest request, ServerCallContext context) => Task.FromResult(Delete(request.Name));

    private Empty Delete(string name) => state.Remove(name) ? new Empty() : throw MeshState.Refusal(Code.NotFound, "NOT_FOUND", $"{name} does not exist.");

    public override Task<ProcessedDataset> GetProcessedDataset(GetProcessedDatasetRequest request, ServerCallContext context) =>
        Task.FromResult(state.Get<ProcessedDataset>(request.Name));

    public override Task<ListTransformsResponse> ListTransforms(ListTransformsRequest request, ServerCallContext context) => Task.FromResult(new ListTransformsResponse
    {
        Transforms =
        {
            new TransformDescription
            {
                Type = "resize", Summary = "Brings every image to one size.", DefaultInputs = { "image" },
                Parameters =
                {
                    new ParameterDescription { Name = "width", Type = "int", Range = "1 to 8192", Meaning = "Columns." },
                    new ParameterDescription { Name = "fit", Type = "stretch|cover", Range = "stretch, cover", DefaultValue = "\"stretch\"", Meaning = "How." },
                },
            },
            new TransformDescription { Type = "number", Summary = "Stores numbers." },
        },
    });

    public override Task<ListProcessedDatasetsResponse> ListProcessedDatasets(ListProcessedDatasetsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListProcessedDatasetsResponse { ProcessedDatasets = { state.All<ProcessedDataset>(request.Parent) } });
}

internal sealed class Triggers(MeshState state) : TriggerService.TriggerServiceBase
{
    public override Task<Trigger> CreateTrigger(CreateTriggerRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "triggers", () =>
    {
        var trigger = new Trigger(request.Trigger) { Name = $"{request.Parent}/triggers/{request.TriggerId}", Creator = "users/admin" };
        state.Put(trigger.Name, trigger);
        return trigger;
    }));

    public override Task<Trigger> GetTrigger(GetTriggerRequest request, ServerCallContext context) => Task.FromResult(state.Get<Trigger>(request.Name));

    public override Task<ListTriggersResponse> ListTriggers(ListTriggersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListTriggersResponse { Triggers = { state.All<Trigger>($"{request.Parent}/triggers/") } });

    public override Task<Trigger> UpdateTrigger(UpdateTriggerRequest request, ServerCallContext context)
    {
        var trigger = state.Get<Trigger>(request.Name);
        trigger.Disabled = request.Disabled;
        return Task.FromResult(trigger);
    }

    public override Task<Empty> DeleteTrigger(DeleteTriggerRequest request, ServerCallContext context) => state.Remove(request.Name)
        ? Task.FromResult(new Empty())
        : throw MeshState.Refusal(Code.NotFound, "NOT_FOUND", $"{request.Name} does not exist.");
}

internal sealed class Training(MeshState state) : TrainingService.TrainingServiceBase
{
    public override Task<TrainingRun> CreateTrainingRun(CreateTrainingRunRequest request, ServerCallContext context) => Task.FromResult(state.Create(request.RequestId, "trainingRuns", () =>
    {
        var run = new TrainingRun(request.TrainingRun)
        {
            Name = $"{request.Parent}/trainingRuns/run-{Guid.NewGuid():n}",
            Status = new JobStatus { State = JobState.Queued, Attempt = 1 },
        };
        run.Settings.Epochs = Math.Max(run.Settings.Epochs, 1);
        state.Put(run.Name, run);
        return run;
    }));

    public override Task<TrainingRun> GetTrainingRun(GetTrainingRunRequest request, ServerCallContext context) => Task.FromResult(state.Get<TrainingRun>(request.Name));

    public override Task<ListTrainingRunsResponse> ListTrainingRuns(ListTrainingRunsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListTrainingRunsResponse { TrainingRuns = { state.All<TrainingRun>(request.Parent) } });

    public override async Task WatchTrainingRun(WatchTrainingRunRequest request, IServerStreamWriter<WatchTrainingRunResponse> responses, ServerCallContext context)
    {
        var run = state.Get<TrainingRun>(request.Name);
        for (var epoch = request.Cursor.Length > 0 ? int.Parse(request.Cursor) + 1 : 1; epoch <= run.Settings.Epochs; epoch++)
        {
            if (epoch >= state.HoldEpoch)
            {
                state.Held.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            run.Status.State = epoch < run.Settings.Epochs ? JobState.Running : JobState.Succeeded;
            if (run.Status.State == JobState.Succeeded)
            {
                Finish(run);
            }

            await responses.WriteAsync(new WatchTrainingRunResponse
            {
                TrainingRun = run,
                Cursor = epoch.ToString(),
                Metrics =
                {
                    new Metrics
                    {
                        Epoch = new EpochMetrics
                        {
                            Epoch = epoch, Epochs = run.Settings.Epochs, TrainLoss = 1.0 / epoch, ValidationLoss = 1.5 / epoch,
                            ValidationAccuracy = 0.8, Seconds = 1.25, SamplesPerSecond = 1702.4,
                        },
                    },
                },
            });
            state.MaybeRestart("train");
        }
    }

    public override Task<TestPredictions> GetTestPredictions(GetTestPredictionsRequest request, ServerCallContext context) => Task.FromResult(new TestPredictions
    {
        Predicted = { Enumerable.Range(0, TestData.TestImages).Select(TestData.Predicted) },
        Label = { Enumerable.Range(0, TestData.TestImages).Select(TestData.Label) },
    });

    private void Finish(TrainingRun run)
    {
        if (state.TrainingFails is { } reason)
        {
            run.Status.State = JobState.Failed;
            run.Status.Error = new JobError { Reason = reason, Message = "The loss is not a number after step 120." };
            return;
        }

        run.ModelVersion = $"{run.Model}/versions/1";
        run.Evaluation = new Evaluation { TestRows = TestData.TestImages, LabelledRows = TestData.TestImages, TestAccuracy = TestData.Accuracy, OnnxMaxAbsDiff = 1.5e-6 };
    }
}
