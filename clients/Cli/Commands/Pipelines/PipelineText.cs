using Grpc.Core;
using Mesh.Cli.Commands.Processed;
using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Errors;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

/// <summary>Pipelines and their runs, in words.</summary>
internal static class PipelineText
{
    /// <summary>A run, as JSON or in words; these tell what came of it too.</summary>
    public static async Task ShowAsync(CommandRun run, PipelineRun job)
    {
        var made = job.ProcessedDataset.Length == 0 || run.Json ? null : await FindAsync(run, job.ProcessedDataset);
        run.Show(job, output => Write(run, output, job, made));
    }

    /// <summary>Null when it was deleted since.</summary>
    private static async Task<ProcessedDataset?> FindAsync(CommandRun run, string name)
    {
        try
        {
            return await run.Mesh.Pipelines.GetProcessedDatasetAsync(new GetProcessedDatasetRequest { Name = name }, cancellationToken: run.Cancel);
        }
        catch (MeshApiException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private static void Write(CommandRun command, TextWriter output, PipelineRun job, ProcessedDataset? made)
    {
        TextTable.WriteFields(output,
        [
            ("run", job.Name),
            .. JobText.Fields(job.Status),
            ("input", job.DatasetVersion),
            ("result", job.ProcessedDataset.Length > 0 && made is null ? $"{job.ProcessedDataset} (deleted)" : job.ProcessedDataset),
            .. made is null ? [] : ProcessedText.Fields(made),
            ("partitions", job.Partitions > 1 ? $"{job.Partitions}{(job.ReusedPartitions > 0 ? $", {job.ReusedPartitions} of them as an earlier run left them" : "")}" : ""),
            ("cached", job.Cached ? "yes, from an earlier run of the same input" : ""),
        ]);
        if (made is not null)
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
