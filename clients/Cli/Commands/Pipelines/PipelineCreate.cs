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

    private readonly Option<double> _validation = new("--validation") { Description = "Share of the training data for validation, 0 to 0.5.", HelpName = "SHARE", DefaultValueFactory = _ => 0.1 };
    private readonly Option<double> _test = new("--test") { Description = "Share for testing when the data has no test split of its own, 0 to 0.5.", HelpName = "SHARE", DefaultValueFactory = _ => 0.1 };
    private readonly Option<long> _seed = new("--seed") { Description = "The same seed and data give the same split.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public PipelineCreate()
        : base("create", "Creates a pipeline. It cannot be changed afterwards: make another.",
            "mesh pipeline create gray28 -t decode-image -t grayscale -t \"resize width=28 height=28\" -t label -t normalize",
            "mesh pipeline create gray28 --file pipeline.yaml")
    {
        Add(_id);
        Add(_transforms);
        Add(_file);
        Add(_validation);
        Add(_test);
        Add(_seed);
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
