using System.CommandLine;
using Mesh.Cli.Running;
using Mesh.Client.Errors;
using Mesh.Preprocessing.V1;

namespace Mesh.Cli.Commands.Pipelines;

internal sealed class PipelineCreate : MeshCommand
{
    private readonly Argument<string> _id = new("PIPELINE") { Description = "Its id: lower-case letters, digits and hyphens, starting with a letter." };

    private readonly Option<string[]> _transforms = new("--transform", "-t")
    {
        Description = "A transform with its parameters, \"resize width=28 height=28\"; repeat it, in order. `mesh pipeline transforms` lists them.",
        HelpName = "TRANSFORM",
    };

    private readonly Option<FileInfo> _file = new Option<FileInfo>("--file", "--spec")
    {
        Description = "A YAML or JSON file instead of -t, with \"transforms\" and, if you like, \"outputs\" and \"split\". "
            + "A transform has a \"type\", and may have \"parameters\", \"inputs\", \"outputs\" and a \"name\".",
        HelpName = "FILE",
    }.AcceptExistingOnly();

    private readonly SplitOptions _split = new();

    private readonly Option<long> _partition = new("--partition-records")
    {
        Description = "Large data is processed in partitions of about so many records. [default: as many as a GiB of files has]", HelpName = "N",
    };

    public PipelineCreate()
        : base("create", "Creates a pipeline. It cannot be changed afterwards: make another.",
            "mesh pipeline create gray28 -t decode-image -t grayscale -t \"resize width=28 height=28\" -t label -t normalize",
            "mesh pipeline create sales -t \"label\" --split-by time --split-column sold --test 0.2",
            "mesh pipeline create gray28 --file pipeline.yaml")
    {
        Add(_id);
        Add(_transforms);
        Add(_file);
        foreach (var option in _split.All)
        {
            Add(option);
        }

        Add(_partition);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var given = run.Get(_transforms) ?? [];
        if ((given.Length > 0) == (run.Get(_file) is not null))
        {
            throw CommandException.Usage("Say what the pipeline does, either with -t for each transform or with --file FILE.");
        }

        var document = run.Get(_file) is { } file ? await PipelineDocument.ReadAsync(file, run.Cancel) : null;
        var request = new CreatePipelineRequest
        {
            Parent = run.Project,
            PipelineId = run.Get(_id),
            Pipeline = WithArguments(run, document?.ToProto() ?? new Pipeline(), given),
            RequestId = CommandRun.NewRequestId(),
        };
        Pipeline created;
        try
        {
            created = await run.Mesh.Pipelines.CreatePipelineAsync(request, cancellationToken: run.Cancel);
        }
        catch (MeshApiException e) when (document?.Explain(e) is { } explained)
        {
            throw explained;
        }

        run.Show(created, output => output.WriteLine($"Created {created.Name}. Next: {run.Command($"pipeline run {Names.Id(created.Name)} DATASET")}"));
        return ExitCode.Ok;
    }

    private Pipeline WithArguments(CommandRun run, Pipeline pipeline, string[] given)
    {
        pipeline.Transforms.Add(given.Select(TransformArgument.Parse));
        pipeline.Split = _split.Read(run, pipeline);
        pipeline.PartitionRecords = run.Has(_partition) ? run.Get(_partition) : pipeline.PartitionRecords;
        return pipeline;
    }
}
