using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Registry.Models;

/// <summary>What requests about models may hold.</summary>
internal static class ModelChecks
{
    private const int MaxDisplayName = 128;
    private const int MaxDescription = 4096;
    private const int MaxName = 512;
    private const int MaxMetrics = 256;

    public static void Check(CreateModelRequest request)
    {
        var violations = new Violations();
        ResourceId.Check(violations, request.ModelId, "model_id");
        Text(violations, request.Model?.DisplayName, MaxDisplayName, "model.display_name");
        Text(violations, request.Model?.Description, MaxDescription, "model.description");
        violations.ThrowIfAny();
    }

    public static void CheckAlias(string alias)
    {
        var violations = new Violations();
        ResourceId.Check(violations, alias, "alias");
        violations.ThrowIfAny();
    }

    /// <returns>The upload's id.</returns>
    public static string Check(CreateModelVersionRequest request, ModelKey model)
    {
        var violations = new Violations();
        var named = RegistryNames.BundleUpload.TryParse(request.Upload, out var ids);
        violations.Require(named, "upload", $"is not of the form \"{RegistryNames.BundleUpload.Pattern}\".");
        violations.Require(!named || ids[0] == model.Project, "upload", "must be in the model's project.");
        if (request.Alias.Length > 0)
        {
            ResourceId.Check(violations, request.Alias, "alias");
        }

        var lineage = request.Lineage ?? new Lineage();
        Text(violations, lineage.DatasetVersion, MaxName, "lineage.dataset_version");
        Text(violations, lineage.PipelineRun, MaxName, "lineage.pipeline_run");
        Text(violations, lineage.ProcessedDataset, MaxName, "lineage.processed_dataset");
        Text(violations, lineage.TrainingRun, MaxName, "lineage.training_run");
        Text(violations, lineage.CodeVersion, MaxName, "lineage.code_version");
        violations.Require(request.Metrics.Count <= MaxMetrics, "metrics", $"at most {MaxMetrics}.");
        foreach (var (name, value) in request.Metrics.Take(MaxMetrics))
        {
            violations.Require(name.Length is > 0 and <= 128 && !name.Any(char.IsControl), "metrics", "a name has 1 to 128 printable characters.");
            violations.Require(double.IsFinite(value), "metrics", $"\"{name}\" must be a finite number.");
        }

        violations.ThrowIfAny();
        return ids[1];
    }

    private static void Text(Violations violations, string? text, int longest, string field) => violations.Require(
        text is null || (text.Length <= longest && !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))),
        field, $"use at most {longest} printable characters.");
}
