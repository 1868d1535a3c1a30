using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Mesh.ModelGraph;
using Mesh.ModelGraph.Architectures;
using Mesh.ModelGraph.Hyperparameters;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.Trainer.Training;
using Mesh.Trainer.V1;
using Mesh.Transforms;
using Microsoft.Extensions.Options;
using Hyperparameter = Mesh.ModelGraph.Hyperparameters.Hyperparameter;
using TrainingRun = Mesh.Trainer.V1.TrainingRun;
using TrainingSettings = Mesh.Trainer.V1.TrainingSettings;

namespace Mesh.Trainer.Runs;

/// <summary>Checks a requested run against the architecture and the data, all violations at once, and fills in its defaults.</summary>
public sealed class RunRequests(PipelineService.PipelineServiceClient pipelines, IOptions<TrainerOptions> options)
{
    public static readonly ResourcePattern Run = new("projects/{project}/trainingRuns/{run}");
    private static readonly ResourcePattern Processed = new("projects/{project}/processedDatasets/{dataset}");
    private static readonly ResourcePattern Model = new("projects/{project}/models/{model}");

    private const int LongestInterval = 86_400;

    // Far more than any architecture has; what is said about each of them must fit into one answer.
    private const int MostHyperparameters = 64;

    /// <exception cref="MeshException">INVALID_ARGUMENT naming every field that is wrong.</exception>
    public async Task<(TrainingRun Run, ProcessedDataset Data)> ResolveAsync(string project, TrainingRun asked, CancellationToken cancel)
    {
        var violations = new Violations();
        CheckNames(project, asked, violations);
        violations.ThrowIfAny();
        var data = await FindDataAsync(asked.ProcessedDataset, cancel);
        CheckData(data, violations);
        CheckDevice(asked.Settings?.Device ?? "", violations);
        violations.Require(
            asked.Settings?.CheckpointIntervalSeconds is null or (>= 0 and <= LongestInterval), "training_run.settings.checkpoint_interval_seconds", $"must be from 1 to {LongestInterval}, or 0 for the default.");
        violations.ThrowIfAny();

        var plan = MakePlan(asked, data, data.Labels.Count);
        var run = asked.Clone();
        run.Settings = Settings(plan, asked.Settings);
        run.Hyperparameters = new Struct();
        foreach (var hyperparameter in plan.Architecture.Hyperparameters.Parameters)
        {
            run.Hyperparameters.Fields[hyperparameter.Name] = ToValue(hyperparameter, plan.Values);
        }

        foreach (var name in TrainingHyperparameters.Space.Parameters.Select(p => p.Name).Where(n => !SettingNames.Contains(n)))
        {
            run.Hyperparameters.Fields[name] = Google.Protobuf.WellKnownTypes.Value.ForNumber(plan.Values.Real(name));
        }

        // What the service says about a run is not the creator's to set.
        (run.Status, run.Evaluation, run.ModelVersion, run.LastEpoch) = (null, null, "", null);
        return (run, data);
    }

    /// <summary>The plan of a run: of a request, or of a resolved one in its worker.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT.</exception>
    public static TrainingPlan MakePlan(TrainingRun run, ProcessedDataset data, int classes)
    {
        try
        {
            return TrainingPlan.Create(
                run.Architecture, Texts(run), new TensorShape([.. data.SampleShape]), classes, run.Settings?.Seed ?? 0);
        }
        catch (UnknownArchitectureException e)
        {
            throw MeshError.Invalid("training_run.architecture", $"{e.Message}.");
        }
        catch (HyperparameterException e)
        {
            throw MeshError.Invalid([.. e.Violations.Select(v => new FieldViolation(Field(v.Name), v.Problem))]);
        }
        catch (GraphException e)
        {
            throw MeshError.Invalid(
                "training_run.architecture",
                $"{run.Architecture} with these hyperparameters cannot be built for samples of shape [{string.Join(", ", data.SampleShape)}]: {e.Message}.");
        }
    }

    private static readonly HashSet<string> SettingNames =
        ["epochs", "batch_size", "learning_rate", "weight_decay", "optimizer", "schedule", "label_smoothing"];

    private static string Field(string name) =>
        SettingNames.Contains(name) ? $"training_run.settings.{name}" : $"training_run.hyperparameters.{name}";

    private static void CheckNames(string project, TrainingRun asked, Violations violations)
    {
        violations.Require(
            Processed.TryParse(asked.ProcessedDataset, out var data) && data[0] == project, "training_run.processed_dataset", $"name one of this project: \"projects/{project}/processedDatasets/…\".");
        violations.Require(
            Model.TryParse(asked.Model, out var model) && model[0] == project && ResourceId.IsValid(model[1]), "training_run.model", $"name the model to register: \"projects/{project}/models/…\"; {ResourceId.Rule}.");
        violations.Require(asked.Alias.Length == 0 || ResourceId.IsValid(asked.Alias), "training_run.alias", ResourceId.Rule + ".");
        violations.Require(
            asked.Hyperparameters?.Fields.Count is null or <= MostHyperparameters, "training_run.hyperparameters", $"give at most {MostHyperparameters}.");
        foreach (var name in asked.Hyperparameters?.Fields.Keys.Where(SettingNames.Contains) ?? [])
        {
            violations.Add($"training_run.hyperparameters.{name}", $"belongs to training_run.settings.{name}.");
        }
    }

    private async Task<ProcessedDataset> FindDataAsync(string name, CancellationToken cancel)
    {
        try
        {
            return await pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = name }, cancellationToken: cancel);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw MeshError.NotFound(name);
        }
    }

    private static void CheckData(ProcessedDataset data, Violations violations)
    {
        const string Field = "training_run.processed_dataset";
        violations.Require(
            data.SampleShape.Count == 3, Field, $"{data.Name} has no images; its columns are {string.Join(", ", data.OutputColumns.Select(c => c.Name))}, and training takes images.");
        if (data.OutputColumns.Any(c => c is { Name: FittedPipeline.LabelColumn, ElementType: "int64", Shape.Count: 0 }))
        {
            violations.Require(data.Labels.Count >= 2, Field, $"{data.Name} has {data.Labels.Count} labels; classification takes two or more.");
        }
        else
        {
            violations.Add(Field, $"{data.Name} has no column {FittedPipeline.LabelColumn} of one class index (int64) a row, which training learns.");
        }

        violations.Require(data.Splits.Any(s => s.Name == SplitNames.Train && s.RowCount > 0), Field, $"{data.Name} has no training rows.");
        violations.Require(
            data.Splits.Any(s => s.Name is SplitNames.Test or SplitNames.Validation && s.RowCount > 0), Field, $"{data.Name} has neither test nor validation rows to judge the model by.");
    }

    private static void CheckDevice(string device, Violations violations) =>
        violations.Require(device is "" or "cpu" or "cuda", "training_run.settings.device", "use \"cpu\" or \"cuda\".");

    // Zero and unset mean the default, so they are left out.
    private static Dictionary<string, string> Texts(TrainingRun run)
    {
        var texts = run.Hyperparameters?.Fields.ToDictionary(f => f.Key, f => ToText(f.Value)) ?? [];
        if (run.Settings is not { } settings)
        {
            return texts;
        }

        Set("epochs", settings.Epochs != 0, settings.Epochs);
        Set("batch_size", settings.BatchSize != 0, settings.BatchSize);
        Set("learning_rate", settings.LearningRate != 0, settings.LearningRate);
        Set("weight_decay", settings.HasWeightDecay, settings.WeightDecay);
        Set("label_smoothing", settings.HasLabelSmoothing, settings.LabelSmoothing);
        if (settings.Optimizer != OptimizerKind.Unspecified)
        {
            texts["optimizer"] = settings.Optimizer.ToString().ToLowerInvariant();
        }

        if (settings.Schedule != ScheduleKind.Unspecified)
        {
            texts["schedule"] = settings.Schedule == ScheduleKind.OneCycle ? "one_cycle" : settings.Schedule.ToString().ToLowerInvariant();
        }

        return texts;

        void Set(string name, bool given, IFormattable value)
        {
            if (given)
            {
                texts[name] = value.ToString(null, CultureInfo.InvariantCulture);
            }
        }
    }

    private TrainingSettings Settings(TrainingPlan plan, TrainingSettings? asked) => new()
    {
        Epochs = plan.Epochs,
        BatchSize = plan.BatchSize,
        LearningRate = plan.Values.Real("learning_rate"),
        WeightDecay = plan.Values.Real("weight_decay"),
        LabelSmoothing = plan.Values.Real("label_smoothing"),
        Optimizer = System.Enum.Parse<OptimizerKind>(plan.Values.Choice("optimizer"), ignoreCase: true),
        Schedule = System.Enum.Parse<ScheduleKind>(plan.Values.Choice("schedule").Replace("_", ""), ignoreCase: true),
        Seed = plan.Seed,
        CheckpointIntervalSeconds = asked is { CheckpointIntervalSeconds: > 0 } ? asked.CheckpointIntervalSeconds : options.Value.CheckpointIntervalSeconds,
        Device = asked is { Device.Length: > 0 } ? asked.Device : "cpu",
    };

    private static string ToText(Google.Protobuf.WellKnownTypes.Value value) => value.KindCase switch
    {
        Google.Protobuf.WellKnownTypes.Value.KindOneofCase.NumberValue => value.NumberValue.ToString(CultureInfo.InvariantCulture),
        Google.Protobuf.WellKnownTypes.Value.KindOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        Google.Protobuf.WellKnownTypes.Value.KindOneofCase.StringValue => value.StringValue,
        _ => value.ToString(),
    };

    private static Google.Protobuf.WellKnownTypes.Value ToValue(Hyperparameter hyperparameter, HyperparameterValues values) => hyperparameter switch
    {
        IntegerParameter => Google.Protobuf.WellKnownTypes.Value.ForNumber(values.Integer(hyperparameter.Name)),
        RealParameter => Google.Protobuf.WellKnownTypes.Value.ForNumber(values.Real(hyperparameter.Name)),
        BooleanParameter => Google.Protobuf.WellKnownTypes.Value.ForBool(values.Boolean(hyperparameter.Name)),
        _ => Google.Protobuf.WellKnownTypes.Value.ForString(values.Choice(hyperparameter.Name)),
    };
}

/// <summary>The splits of a processed dataset.</summary>
internal static class SplitNames
{
    public const string Train = "train";
    public const string Validation = "validation";
    public const string Test = "test";
}
