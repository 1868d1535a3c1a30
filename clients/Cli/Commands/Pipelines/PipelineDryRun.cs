using System.CommandLine;
using Mesh.Cli.Commands.Processed;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Errors;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineDryRun : MeshCommand
{
    /// <summary>The service gives it a minute.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Argument<string> _pipeline = new("PIPELINE") { Description = "The pipeline, or a YAML or JSON file with one that is not created yet: ./pipeline.yaml." };
    private readonly Argument<string> _dataset = new("DATASET[/VERSION]") { Description = "What it is tried on; the latest version unless one is given." };
    private readonly Option<int> _records = new("--records") { Description = "How many records are tried, at most 1000.", HelpName = "N", DefaultValueFactory = _ => 100 };

    public PipelineDryRun()
        : base("dry-run", "Tries a pipeline on some records, makes nothing, and shows the first rows and everything that is wrong.",
            "mesh pipeline dry-run gray28 fashion-mnist", "mesh pipeline dry-run ./pipeline.yaml fashion-mnist/1 --records 500")
    {
        Add(_pipeline);
        Add(_dataset);
        Add(_records);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var document = IsFile(run.Get(_pipeline)) ? await PipelineDocument.ReadAsync(new FileInfo(run.Get(_pipeline)), run.Cancel) : null;
        var specification = document?.ToProto();
        if (specification is not null)
        {
            specification.Split ??= SplitDefault.Of(specification);
        }

        var request = new DryRunPipelineRequest
        {
            Parent = run.Project,
            Pipeline = document is null ? Names.Of(run, "pipelines", run.Get(_pipeline)) : "",
            Specification = specification,
            DatasetVersion = await DatasetArgument.VersionAsync(run, run.Get(_dataset)),
            Records = run.Get(_records),
        };
        DryRunPipelineResponse tried;
        try
        {
            tried = await run.Mesh.Pipelines.DryRunPipelineAsync(request, deadline: DateTime.UtcNow + Deadline, cancellationToken: run.Cancel);
        }
        catch (MeshApiException e) when (document?.Explain(e) is { } explained)
        {
            throw explained;
        }

        run.Show(tried, output => Write(output, tried, document));
        return tried.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>Names of pipelines have no dots, so a folder's contents change nothing.</summary>
    private static bool IsFile(string typed) => typed.Contains('.', StringComparison.Ordinal);

    private static void Write(TextWriter output, DryRunPipelineResponse tried, PipelineDocument? document)
    {
        TextTable.WriteFields(output,
        [
            ("records", tried.RecordsRead == 0 ? "" : $"{tried.RecordsRead}: {string.Join(", ", tried.PartCounts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Value} {p.Key}"))}"),
            .. tried.OutputColumns.Select(column => ($"column {column.Name}", ProcessedText.Type(column))),
            ("labels", string.Join(", ", tried.Labels)),
            .. ProcessedText.Classes(tried.OutputColumns),
            .. tried.MadeAnew.Select(reason => ("anew", Printable.Line(reason))),
        ]);
        if (tried.Rows.Count > 0)
        {
            output.WriteLine();
            TextTable.Write(output, [.. tried.OutputColumns.Select(c => c.Name).Prepend("PART").Prepend("RECORD")], tried.Rows.Select(row => (string[])[row.Record, row.Part, .. row.Values]));
        }

        output.WriteLine();
        if (tried.Rows.Count == 0 && tried.Problems.Count == 0)
        {
            output.WriteLine("These records are too few for a row; try more with --records.");
        }

        output.WriteLine(tried.Problems.Count == 0 ? "No problems." : "Problems:");
        foreach (var problem in tried.Problems)
        {
            output.WriteLine($"  {Printable.Line(Text(problem, document))}");
        }
    }

    private static string Text(DryRunProblem problem, PipelineDocument? document)
    {
        var about = problem.Field.Length > 0 ? document?.Place(problem.Field) ?? problem.Field : $"{problem.Step}:";
        var records = problem.RecordCount > 1 ? $" ({problem.RecordCount} records; the first: {problem.Record})" : problem.Record.Length > 0 ? $" ({problem.Record})" : "";
        return $"{about} {problem.Description}{records}";
    }
}
