using System.CommandLine;
using Google.Protobuf;
using Mesh.Cli.Running;
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

    private readonly Option<FileInfo> _spec = new Option<FileInfo>("--spec")
    {
        Description = "A JSON file {\"transforms\":[{\"type\":\"resize\",\"parameters\":{\"width\":28,\"height\":28}}],\"split\":{…}} instead of -t.",
        HelpName = "FILE",
    }.AcceptExistingOnly();

    private readonly Option<double> _validation = new("--validation") { Description = "Share of the training data for validation, 0 to 0.5.", HelpName = "SHARE", DefaultValueFactory = _ => 0.1 };
    private readonly Option<double> _test = new("--test") { Description = "Share for testing when the data has no test split of its own, 0 to 0.5.", HelpName = "SHARE", DefaultValueFactory = _ => 0.1 };
    private readonly Option<long> _seed = new("--seed") { Description = "The same seed and data give the same split.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public PipelineCreate()
        : base("create", "Creates a pipeline. It cannot be changed afterwards: make another.",
            "mesh pipeline create gray28 -t decode-image -t grayscale -t \"resize width=28 height=28\" -t label -t normalize",
            "mesh pipeline create gray28 --spec pipeline.json")
    {
        Add(_id);
        Add(_transforms);
        Add(_spec);
        Add(_validation);
        Add(_test);
        Add(_seed);
    }

    public override async Task<int> RunAsync(CommandRun run)
    {
        var created = await run.Mesh.Pipelines.CreatePipelineAsync(
            new CreatePipelineRequest
            {
                Parent = run.Project,
                PipelineId = run.Get(_id),
                Pipeline = await SpecAsync(run),
                RequestId = CommandRun.NewRequestId(),
            }, cancellationToken: run.Cancel);
        run.Show(created, output => output.WriteLine($"Created {created.Name}. Next: {run.Command($"pipeline run {Names.Id(created.Name)} DATASET")}"));
        return ExitCode.Ok;
    }

    private async Task<Pipeline> SpecAsync(CommandRun run)
    {
        var given = run.Get(_transforms) ?? [];
        if ((given.Length > 0) == (run.Get(_spec) is not null))
        {
            throw CommandException.Usage("Say what the pipeline does, either with -t for each transform or with --spec FILE.");
        }

        var pipeline = new Pipeline();
        if (run.Get(_spec) is { } file)
        {
            try
            {
                pipeline = Pipeline.Parser.ParseJson(await File.ReadAllTextAsync(file.FullName, run.Cancel));
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or InvalidJsonException)
            {
                throw CommandException.Usage($"{file.FullName} is not a pipeline: {e.Message}");
            }
        }

        pipeline.Transforms.Add(given.Select(TransformArgument.Parse));
        var split = pipeline.Split ??= new SplitSpec { ValidationFraction = run.Get(_validation), TestFraction = run.Get(_test), Seed = run.Get(_seed) };
        if (run.Has(_validation))
        {
            split.ValidationFraction = run.Get(_validation);
        }

        if (run.Has(_test))
        {
            split.TestFraction = run.Get(_test);
        }

        if (run.Has(_seed))
        {
            split.Seed = run.Get(_seed);
        }

        return pipeline;
    }
}
