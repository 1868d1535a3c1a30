using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>Pipelines and their runs, in words.</summary>
internal static class PipelineText
{
    public static void Write(CommandRun command, TextWriter output, PipelineRun job)
    {
        TextTable.WriteFields(output,
        [
            ("run", job.Name),
            .. JobText.Fields(job.Status),
            ("input", job.DatasetVersion),
            ("result", job.ProcessedDataset),
            ("partitions", job.Partitions > 1 ? $"{job.Partitions}{(job.ReusedPartitions > 0 ? $", {job.ReusedPartitions} of them as an earlier run left them" : "")}" : ""),
            ("cached", job.Cached ? "yes, from an earlier run of the same input" : ""),
        ]);
        if (job.ProcessedDataset.Length > 0)
        {
            output.WriteLine($"Next: {command.Command($"train start {Names.Id(job.ProcessedDataset)}")}");
        }
    }

    /// <summary>"resize width=28 height=28", with the columns when they are named: "number from price to target".</summary>
    public static string Transform(Transform transform) =>
        string.Join(' ', (transform.Parameters?.Fields ?? []).Select(p => $"{p.Key}={p.Value.ToString().Trim('"')}").Prepend(transform.Type))
        + Columns(" from ", transform.Inputs) + Columns(" to ", transform.Outputs);

    private static string Columns(string word, IReadOnlyCollection<string> columns) => columns.Count == 0 ? "" : word + string.Join(", ", columns);
}
