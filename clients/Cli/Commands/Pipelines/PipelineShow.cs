using System.CommandLine;
using Mesh.Cli.Jobs;
using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Client.Listing;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineShow : MeshCommand
{
    private readonly Argument<string> _pipeline = new("PIPELINE[/RUN]") { Description = "A pipeline, or one of its runs." };

    public PipelineShow()
        : base("show", "Shows a pipeline with its runs, or one run.", "mesh pipeline show gray28") => Add(_pipeline);

    public override async Task<int> RunAsync(CommandRun run)
    {
        var (name, runName) = Names.WithChild(run, "pipelines", "runs", run.Get(_pipeline));
        if (runName is not null)
        {
            var job = await run.Mesh.Pipelines.GetPipelineRunAsync(new GetPipelineRunRequest { Name = runName }, cancellationToken: run.Cancel);
            await PipelineText.ShowAsync(run, job);
            return ExitCode.Ok;
        }

        var pipeline = await run.Mesh.Pipelines.GetPipelineAsync(new GetPipelineRequest { Name = name }, cancellationToken: run.Cancel);
        var jobs = run.Json ? [] : await run.Mesh.ListPipelineRunsAsync(name, run.Cancel).ToListAsync(run.Cancel);
        run.Show(pipeline, output =>
        {
            TextTable.WriteFields(output,
            [
                ("pipeline", pipeline.Name),
                ("name", pipeline.DisplayName),
                ("created", $"{Amount.At(pipeline.CreateTime)} by {pipeline.Creator}"),
                ("split", SplitText.Of(pipeline.Split)),
                ("partitions", pipeline.PartitionRecords > 0 ? $"of {pipeline.PartitionRecords} records" : ""),
                .. pipeline.Transforms.Select((t, i) => ($"transform {i + 1}", PipelineText.Transform(t))),
                ("outputs", string.Join(", ", pipeline.Outputs)),
                .. pipeline.MadeAnew.Select(reason => ("anew", Printable.Line(reason))),
            ]);
            if (jobs.Count > 0)
            {
                output.WriteLine();
                TextTable.Write(output, ["RUN", "STATE", "INPUT", "RESULT"],
                    jobs.Select(j => (string[])[Names.Id(j.Name), JobText.State(j.Status), Names.Short(j.DatasetVersion), j.ProcessedDataset.Length > 0 ? Names.Id(j.ProcessedDataset) : "-"]));
            }
        });
        return ExitCode.Ok;
    }
}
