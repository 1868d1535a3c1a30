using Mesh.Jobs;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.Trainer.V1;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Whether a trigger can be one, as far as it says so itself.</summary>
internal static class TriggerSpecs
{
    /// <summary>Ingest's name for the newest version; a trigger without a tag is about that.</summary>
    private const string Latest = "latest";

    private const int MostTrainingBytes = 64 * 1024;

    private static readonly ResourcePattern Model = new("projects/{project}/models/{model}");

    /// <param name="project">Its pipeline's.</param>
    /// <param name="machine">What there is for its pipeline runs.</param>
    public static void Check(Trigger? trigger, string project, JobResources machine, Violations violations)
    {
        if (trigger is null)
        {
            violations.Add("trigger", "is missing.");
            return;
        }

        violations.Require(
            Names.Dataset.TryParse(trigger.Dataset, out var dataset) && dataset[0] == project, "trigger.dataset", $"name one of this project: \"projects/{project}/datasets/…\".");
        if (trigger.Tag.Length > 0)
        {
            ResourceId.Check(violations, trigger.Tag, "trigger.tag");
            violations.Require(trigger.Tag != Latest, "trigger.tag", $"\"{Latest}\" is what a trigger without a tag is about.");
        }

        CheckResources(trigger.Resources, machine, violations);
        if (trigger.TrainingRun is not null)
        {
            CheckTraining(trigger.TrainingRun, project, violations);
        }
    }

    /// <summary>What can never be given would fail every run, long after whoever asked for it has gone.</summary>
    private static void CheckResources(ResourceSpec? asked, JobResources machine, Violations violations)
    {
        try
        {
            machine.Resolve(asked, "trigger.resources");
        }
        catch (MeshException e)
        {
            foreach (var violation in e.Violations)
            {
                violations.Add(violation.Field, violation.Description);
            }
        }
    }

    /// <summary>The rest is checked by the trainer, which knows the architectures, when it gets the data.</summary>
    private static void CheckTraining(TrainingRun training, string project, Violations violations)
    {
        const string Field = "trigger.training_run";
        violations.Require(training.CalculateSize() <= MostTrainingBytes, Field, $"must have at most {MostTrainingBytes >> 10} KiB.");
        violations.Require(training.ProcessedDataset.Length == 0, $"{Field}.processed_dataset", "is what the pipeline run makes; leave it empty.");
        violations.Require(training.Architecture.Length > 0, $"{Field}.architecture", "is missing.");
        violations.Require(Model.TryParse(training.Model, out var model) && model[0] == project, $"{Field}.model", $"name one of this project: \"projects/{project}/models/…\".");
        violations.Require(training.Name.Length == 0, $"{Field}.name", "is chosen by the trainer; leave it empty.");
    }
}
