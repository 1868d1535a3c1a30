using Mesh.Cli.Tests.Support;
using Mesh.Preprocessing.V1;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Cli.Tests.Commands;

public sealed class PipelineFileTests
{
    private const string Yaml =
        """
        display_name: Houses
        transforms:
          - type: decode-image
          - type: number
            name: price
            inputs: [sale_price]
            outputs: [target]
            # A comment in between.
          - {type: resize, parameters: {width: 28, height: 32, fit: cover}}
        outputs: [image, target]
        split: {validation_fraction: 0.25, seed: 7, strategy: time, column: sold, duplicates: drop}
        partition_records: 5000
        """;

    private const string Json =
        """
        {
          "displayName": "Houses",
          "transforms": [
            {"type": "decode-image"},
            {"type": "number", "name": "price", "inputs": ["sale_price"], "outputs": ["target"]},
            {"type": "resize", "parameters": {"width": 28, "height": 32, "fit": "cover"}}
          ],
          "outputs": ["image", "target"],
          "split": {"validationFraction": 0.25, "seed": "7", "strategy": "SPLIT_STRATEGY_TIME", "column": "sold", "duplicates": "drop"},
          "partitionRecords": 5000
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pipeline.yaml", Yaml, "--file")]
    [InlineData("pipeline.yml", Yaml, "--file")]
    [InlineData("pipeline", Yaml, "--file")]
    [InlineData("pipeline.json", Json, "--file")]
    [InlineData("pipeline.json", Json, "--spec")]
    [InlineData("pipeline", Json, "--file")]
    public async Task A_file_holds_a_whole_pipeline(string name, string text, string option)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File(name), text, Cancel);
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "pipeline", "create", "houses", option, folder.File(name), "--seed", "8", "-o", "json");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var pipeline = Pipeline.Parser.ParseJson(result.Out);
        Assert.Equal(["decode-image", "number", "resize"], pipeline.Transforms.Select(t => t.Type));
        Assert.Equal(("price", "sale_price", "target"), (pipeline.Transforms[1].Name, pipeline.Transforms[1].Inputs.Single(), pipeline.Transforms[1].Outputs.Single()));
        Assert.Equal((32, "cover"), (pipeline.Transforms[2].Parameters.Fields["height"].NumberValue, pipeline.Transforms[2].Parameters.Fields["fit"].StringValue));
        Assert.Null(pipeline.Transforms[0].Parameters);
        Assert.Equal(["image", "target"], pipeline.Outputs);
        Assert.Equal(("Houses", 0.25, 8), (pipeline.DisplayName, pipeline.Split.ValidationFraction, pipeline.Split.Seed));
        Assert.Equal((SplitStrategy.Time, "sold", DuplicatePolicy.Drop, 5_000), (pipeline.Split.Strategy, pipeline.Split.Column, pipeline.Split.Duplicates, pipeline.PartitionRecords));
    }

    [Theory]
    [InlineData("p.yaml", "transforms:\n  - typ: resize\n", "line 2: transforms[0].typ is not known here; known: type, name, inputs, outputs, parameters")]
    [InlineData("p.yaml", "transforms: [{type: label}]\nsplit:\n  test_fraction: 0.1\n  seed: x\n", "line 4: split.seed cannot be read: ")]
    [InlineData("p.yaml", "transforms: [{type: label}]\nsplit:\n  strategy: magic\n", "line 3: split.strategy must be one of: stratified, random, group, time, predefined")]
    [InlineData("p.yaml", "transforms: [{type: label}]\nsplit: {duplicates: [drop]}\n", "line 2: split.duplicates must be one of: fail, together, drop, allow")]
    [InlineData("p.yaml", "transforms: [{type: label}]\nsplit:\n  strategy: time\n  colum: day\n",
        "line 4: split.colum is not known here; known: validation_fraction, test_fraction, seed, strategy, column, duplicates")]
    [InlineData("p.yaml", "transforms: [{type: label}]\nsplit: 3\n", "line 2: split cannot be read: ")]
    [InlineData("p.json", "{\n\"transforms\": [{\"type\": \"label\"}],\n\n\"colour\": 1}", "line 4: colour is not known here; known: transforms, outputs, display_name, split, partition_records")]
    [InlineData("p.json", "{\n\"transforms\": [,]}", "line 2: $ is not JSON: ")]
    public async Task What_is_wrong_with_a_file_is_said_with_its_line(string name, string text, string said)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File(name), text, Cancel);

        var result = await MeshProcess.RunAsync(new Uri("http://127.0.0.1:1"), "pipeline", "create", "p", "--file", folder.File(name));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{folder.File(name)} is not a pipeline:\n  {said}", result.Error);
    }

    [Fact]
    public async Task Options_say_how_records_are_divided_and_what_is_predefined_has_no_shares()
    {
        await using var server = await MeshServer.StartAsync();
        var drawn = await CreateAsync("a", "--split-by", "group", "--split-column", "person", "--test", "0.2", "--split-duplicates", "allow", "--partition-records", "1000");
        Assert.Equal((SplitStrategy.Group, "person", 0.1, 0.2, 1, DuplicatePolicy.Allow), (drawn.Split.Strategy, drawn.Split.Column, drawn.Split.ValidationFraction, drawn.Split.TestFraction, drawn.Split.Seed, drawn.Split.Duplicates));
        Assert.Equal(1_000, drawn.PartitionRecords);
        var given = await CreateAsync("b", "--split-by", "predefined");
        Assert.Equal((SplitStrategy.Predefined, 0, 0), (given.Split.Strategy, given.Split.ValidationFraction, given.Split.TestFraction));

        async Task<Pipeline> CreateAsync(string id, params string[] options)
        {
            var result = await MeshProcess.RunAsync(server.Address, ["pipeline", "create", id, "-t", "label", .. options, "-o", "json"]);
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            return Pipeline.Parser.ParseJson(result.Out);
        }
    }

    [Fact]
    public async Task A_run_says_what_came_of_it()
    {
        await using var server = await MeshServer.StartAsync();
        server.State.Put("projects/default/pipelines/gray28", new Pipeline { Name = "projects/default/pipelines/gray28" });

        var result = await MeshProcess.RunAsync(server.Address, "pipeline", "run", "gray28", "pets/1", "--quiet");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains(
            """
            rows           train 5,066, test 1,413
            columns        image uint8 [1, 28, 28], label int64
            equal records  40, left out

            """,
            result.Out);
    }

    [Fact]
    public async Task What_was_made_is_listed_shown_and_deleted_and_so_is_the_pipeline()
    {
        await using var server = await MeshServer.StartAsync();
        const string made = "0123456789abcdef0123456789abcdef";
        server.State.Put("projects/default/pipelines/gray28", new Pipeline { Name = "projects/default/pipelines/gray28" });
        await MeshProcess.RunAsync(server.Address, "pipeline", "run", "gray28", "pets/1", "--quiet");

        Assert.Matches($"PROCESSED +BY +OF +ROWS +CREATED\n{made}  gray28  pets/1  train 5,066, test 1,413  ", await OutAsync("processed", "list"));
        Assert.Contains("\nsplit          stratified, validation 0, test 0, seed 0, duplicates drop\nrows           train 5,066, test 1,413\n", await OutAsync("processed", "show", made));
        Assert.Equal($"Deleted projects/default/processedDatasets/{made}.\n", await OutAsync("processed", "delete", made));
        Assert.StartsWith("projects/default has no processed datasets.", await OutAsync("processed", "list"));

        var run = server.State.All<PipelineRun>("projects/default/pipelines/gray28/runs/").Single().Name;
        Assert.Contains($"/processedDatasets/{made} (deleted)\n", await OutAsync("pipeline", "show", $"gray28/{run.Split('/')[^1]}"));
        Assert.Equal($"{run} is cancelling.\n", await OutAsync("pipeline", "cancel", $"gray28/{run.Split('/')[^1]}"));
        Assert.Equal($"Deleted {run}.\n", await OutAsync("pipeline", "delete", $"gray28/{run.Split('/')[^1]}"));
        Assert.Equal("Deleted projects/default/pipelines/gray28.\n", await OutAsync("pipeline", "delete", "gray28"));
        Assert.Equal(2, (await MeshProcess.RunAsync(server.Address, "pipeline", "cancel", "gray28")).ExitCode);

        async Task<string> OutAsync(params string[] arguments)
        {
            var result = await MeshProcess.RunAsync(server.Address, arguments);
            Assert.Equal((0, ""), (result.ExitCode, result.Error));
            return result.Out;
        }
    }

    [Fact]
    public async Task Transforms_are_listed_all_or_one()
    {
        await using var server = await MeshServer.StartAsync();
        const string resize =
            """
            resize: Brings every image to one size.
              reads image
              width (int, 1 to 8192): Columns.
              fit (stretch|cover, default "stretch"): How.

            """;

        Assert.Equal(resize + "number: Stores numbers.\n  reads the inputs you name\n", (await MeshProcess.RunAsync(server.Address, "pipeline", "transforms")).Out);
        Assert.Equal(resize, (await MeshProcess.RunAsync(server.Address, "pipeline", "transforms", "resize")).Out);
        var unknown = await MeshProcess.RunAsync(server.Address, "pipeline", "transforms", "blur");
        Assert.Equal((2, ""), (unknown.ExitCode, unknown.Out));
        Assert.Contains("No transform is called blur. There are resize, number.", unknown.Error);
    }

    [Fact]
    public async Task A_dry_run_shows_rows_and_problems_with_their_lines()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("p.yaml"), "transforms:\n  - type: label\nsplit:\n  strategy: time\n  column: day\n", Cancel);
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "pipeline", "dry-run", folder.File("p.yaml"), "pets/1");

        Assert.Equal((1, ""), (result.ExitCode, result.Error));
        Assert.Equal(
            """
            records       3: 2 train, 1 validation
            column label  int64
            column image  uint8 [1, 28, 28]
            labels        cat, dog

            RECORD  PART   label    image
            a.csv   train  0 (cat)  [0, 1, …]

            Problems:
              line 5: split.column is missing
              decode: is damaged (2 records; the first: a.png)

            """,
            result.Out);
    }

    [Fact]
    public async Task A_file_without_a_split_is_tried_with_the_one_that_it_would_be_created_with()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("p.yaml"), "transforms:\n  - type: label\n", Cancel);
        await using var server = await MeshServer.StartAsync();

        await MeshProcess.RunAsync(server.Address, "pipeline", "dry-run", folder.File("p.yaml"), "pets/1");
        await MeshProcess.RunAsync(server.Address, "pipeline", "create", "p", "--file", folder.File("p.yaml"));

        var created = server.State.Get<Pipeline>("projects/default/pipelines/p");
        Assert.Equal(0.1, created.Split.TestFraction);
        Assert.Equal(created.Split, server.State.Get<DryRunPipelineRequest>("dryRun").Specification.Split);
    }

    [Fact]
    public async Task What_the_mesh_refuses_is_said_with_its_line_too()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("p.yaml"), "transforms:\n  - type: label\n  - type: resize\n    parameters:\n      width: 0\n", Cancel);
        await using var server = await MeshServer.StartAsync();

        var result = await MeshProcess.RunAsync(server.Address, "pipeline", "create", "Upper", "--file", folder.File("p.yaml"));

        Assert.Equal((1, $"mesh: The mesh refused {folder.File("p.yaml")}:\n  pipeline_id use lower-case letters.\n  line 5: transforms[1].parameters.width must be an integer.\n"), (result.ExitCode, result.Error));
    }
}
