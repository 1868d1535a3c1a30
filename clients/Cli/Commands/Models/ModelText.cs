using Mesh.Cli.Output;
using Mesh.Registry.V1;

namespace Mesh.Cli.Commands.Models;

/// <summary>Models and their versions, in words.</summary>
internal static class ModelText
{
    /// <summary>"production=3, staging=4".</summary>
    public static string Aliases(Model model) => string.Join(", ", model.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"));

    /// <summary>"test_accuracy 0.8712".</summary>
    public static string Metrics(ModelVersion version) =>
        string.Join(", ", version.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key} {m.Value:0.######}"));

    public static void Write(TextWriter output, ModelVersion version) => TextTable.WriteFields(output,
    [
        ("version", version.Name),
        ("aliases", string.Join(", ", version.Aliases)),
        ("created", $"{Amount.At(version.CreateTime)} by {version.Creator}"),
        ("metrics", Metrics(version)),
        ("task", version.Signature?.Task ?? ""),
        ("inputs", Tensors(version.Signature?.Inputs)),
        ("outputs", Tensors(version.Signature?.Outputs)),
        ("labels", string.Join(", ", version.Labels)),
        ("bundle", $"{Amount.Bytes(version.BundleSizeBytes)}, SHA-256 {version.BundleSha256}"),
        ("dataset", version.Lineage?.DatasetVersion ?? ""),
        ("pipeline run", version.Lineage?.PipelineRun ?? ""),
        ("processed", version.Lineage?.ProcessedDataset ?? ""),
        ("training run", version.Lineage?.TrainingRun ?? ""),
    ]);

    private static string Tensors(IEnumerable<TensorSpec>? tensors) =>
        string.Join(", ", (tensors ?? []).Select(t => $"{t.Name} {t.Datatype} [{string.Join(", ", t.Shape)}]"));
}
