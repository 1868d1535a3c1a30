using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>Pipelines and their runs, in words.</summary>
internal static class PipelineText
{
    /// <summary>A run, as JSON or in words; these tell what came of it too.</summary>
    public static async Task ShowAsync(CommandRun run, PipelineRun job)
    {
        var made = job.ProcessedDataset.Length == 0 || run.Json ? null
            : await run.Mesh.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = job.ProcessedDataset }, cancellationToken: run.Cancel);
        run.Show(job, output => Write(run, output, job, made));
    }

    private static void Write(CommandRun command, TextWriter output, PipelineRun job, ProcessedDataset? made)
    {
        TextTable.WriteFields(output,
        [
            ("run", job.Name),
            .. JobText.Fields(job.Status),
            ("input", job.DatasetVersion),
            ("result", job.ProcessedDataset),
            .. made is null ? [] : Fields(made),
            ("partitions", job.Partitions > 1 ? $"{job.Partitions}{(job.ReusedPartitions > 0 ? $", {job.ReusedPartitions} of them as an earlier run left them" : "")}" : ""),
            ("cached", job.Cached ? "yes, from an earlier run of the same input" : ""),
        ]);
        if (job.ProcessedDataset.Length > 0)
        {
            output.WriteLine($"Next: {command.Command($"train start {Names.Id(job.ProcessedDataset)}")}");
        }
    }

    /// <summary>"uint8 [1, 28, 28]", or "int64" for a single number.</summary>
    public static string Type(OutputColumn column) => $"{column.ElementType}{(column.Shape.Count == 0 ? "" : $" [{string.Join(", ", column.Shape)}]")}";

    private static IEnumerable<(string Name, string Value)> Fields(ProcessedDataset made) =>
    [
        ("rows", string.Join(", ", made.Splits.Select(split => $"{split.Name} {Amount.Count(split.RowCount)}"))),
        ("columns", string.Join(", ", made.OutputColumns.Select(column => $"{column.Name} {Type(column)}"))),
        ("equal records", made.DuplicateRecords > 0 ? $"{Amount.Count(made.DuplicateRecords)}, {SplitText.Duplicates(made.Split)}" : ""),
    ];

    /// <summary>"resize width=28 height=28", with the columns when they are named: "number from price to target".</summary>
    public static string Transform(Transform transform) =>
        string.Join(' ', (transform.Parameters?.Fields ?? []).Select(p => $"{p.Key}={p.Value.ToString().Trim('"')}").Prepend(transform.Type))
        + Columns(" from ", transform.Inputs) + Columns(" to ", transform.Outputs);

    private static string Columns(string word, IReadOnlyCollection<string> columns) => columns.Count == 0 ? "" : word + string.Join(", ", columns);
}
