using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Graph;

/// <summary>Which column a step reads, and what the result is.</summary>
public class WiringTests
{
    [Fact]
    public void A_step_reads_the_latest_earlier_writer()
    {
        // 7.5 → whole 7 → above the least (7 − 5) → 2.
        var fitted = Fit(Of("halves", inputs: ["a"], outputs: ["x", "rest"]), Of("above", inputs: ["x"]), Of("concat", inputs: ["x", "rest"]));
        Assert.Equal([2, 0.5f], fitted.Floats(Tables.Row(7.5), "features"));
    }

    [Fact]
    public void A_step_reads_a_later_one_that_makes_the_column()
    {
        var fitted = Fit(Of("concat", inputs: ["x", "y"]), Of("halves", inputs: ["a"], outputs: ["x", "y"]));
        Assert.Equal([7, 0.5f], fitted.Floats(Tables.Row(7.5), "features"));
    }

    [Fact]
    public void A_column_of_the_data_is_raw_until_a_step_has_changed_it()
    {
        // The target is a itself, although a later step changes a in place.
        var fitted = Fit(Of("number", inputs: ["a"], outputs: ["target"]), Of("above", inputs: ["a"]), Of("concat", inputs: ["a", "b"]));
        Assert.Equal(["target", "features"], fitted.Columns.Select(column => column.Name));
        Assert.Equal([7.5f], fitted.Floats(Tables.Row(7.5), "target"));
        Assert.Equal([2.5f, 0], fitted.Floats(Tables.Row(7.5), "features"));
    }

    [Fact]
    public void What_becomes_targets_alone_is_no_feature()
    {
        var data = new RecordSchema(
            new("image", ColumnKind.Image), new("boxes", ColumnKind.Boxes), new("species", ColumnKind.Text), new("tags", ColumnKind.TextList), new("words", ColumnKind.TextList),
            new("price", ColumnKind.Number));
        Assert.Equal(["image"], Features(Of("decode-image"), Of("boxes")));
        Assert.Equal(["image"], Features(Of("decode-image"), Of("multi-label", inputs: ["tags"])));
        Assert.Equal(["words"], Features(Of("tag-tokens", """{"max_length":4}""")));
        // By way of another step, in whatever order they are listed.
        var map = Of("map-values", """{"values":{"cat":"pet"}}""", ["species"], ["kind"]);
        var label = Of("label", inputs: ["kind"], outputs: ["label"]);
        Assert.Equal(["image"], Features(Of("decode-image"), map, label));
        Assert.Equal(["image"], Features(label, Of("decode-image"), map));
        // What is a feature as well is one, at whichever point.
        Assert.Equal(["image", "species"], Features(Of("decode-image"), map, label, Of("ordinal", inputs: ["species"], outputs: ["place"])));
        Assert.Equal(["image", "species"], Features(Of("decode-image"), map, label, Of("ordinal", inputs: ["kind"], outputs: ["place"])));
        Assert.Equal(["price"], Features(Of("number", inputs: ["price"]), map, label));

        IEnumerable<string> Features(params TransformSpec[] steps) => Pipeline.Create(new(steps), data).Features.Select(column => column.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_result_is_what_nobody_reads_in_the_order_of_its_first_writers()
    {
        var pipeline = Pipelines.Of(("label", "{}"), ("decode-image", "{}"), ("grayscale", "{}"), ("normalize", "{}"));
        Assert.Equal(["label", "image"], pipeline.Graph.Outputs.Select(output => output.Name));
    }

    [Fact]
    public void A_column_read_under_another_name_is_in_the_result_when_it_goes_on()
    {
        var pipeline = Pipeline.Create(
            new([Of("decode-image"), Of("resize", """{"width":4,"height":4}""", outputs: ["thumb"]), Of("normalize")]), RecordSchema.LabelledImages);
        Assert.Equal(["image", "thumb"], pipeline.Graph.Outputs.Select(output => output.Name));
        var fitted = Pipelines.Fit(pipeline, [RawRecord.Raw("r", new byte[64], 8, 8, 1)]);
        Assert.Equal([[1, 8, 8], [1, 4, 4]], fitted.Columns.Select(column => column.Shape));
        Assert.All(fitted.Outputs, output => Assert.NotNull(output.Batch));
    }

    [Fact]
    public void Outputs_choose_and_order()
    {
        var pipeline = TestTransforms.Create(Tables.Numbers, ["y", "x"], Of("number", inputs: ["a"], outputs: ["x"]), Of("number", inputs: ["b"], outputs: ["y"]));
        Assert.Equal(["y", "x"], Pipelines.Fit(pipeline, [Tables.Row(1)]).Columns.Select(column => column.Name));
    }

    [Fact]
    public void Steps_that_have_one_writer_for_each_column_may_come_in_any_order()
    {
        // Random graphs: each step makes a new column from one that is there; the list is then shuffled.
        Gen.Select(Gen.Int[1, 12], Gen.Int).Sample((count, seed) =>
        {
            var random = new Random(seed);
            var columns = new List<string> { "a", "b", "c" };
            var steps = new List<TransformSpec>();
            for (var i = 0; i < count; i++)
            {
                string input = columns[random.Next(columns.Count)], made = $"x{i}";
                steps.Add(random.Next(2) == 0 ? Of("above", inputs: [input], outputs: [made]) : Of("halves", inputs: [input], outputs: [made, $"{made}_rest"]));
                columns.AddRange(steps[^1].Outputs);
            }

            steps.Add(Of("concat", inputs: [.. columns]));
            var listed = steps.ToArray();
            random.Shuffle(listed);
            RawRecord[] records = [.. Enumerable.Range(0, 5).Select(_ => Tables.Row(random.NextDouble() * 9, random.NextDouble() * 9, random.NextDouble() * 9))];
            var (one, other) = (Fit(records, [.. steps]), Fit(records, listed));
            Assert.All(records, record => Assert.Equal(one.Row(record), other.Row(record)));
        }, iter: 100, threads: 1);
    }

    [Fact]
    public void Every_order_of_steps_puts_each_behind_what_it_needs_and_leaves_the_rest_as_listed()
    {
        var pipeline = TestTransforms.Create(Tables.Numbers,
            Of("concat", inputs: ["z", "y"]), Of("number", inputs: ["c"]), Of("above", inputs: ["y"], outputs: ["z"]), Of("above", inputs: ["a"], outputs: ["y"]), Of("number", inputs: ["b"]));
        Assert.Equal([1, 3, 2, 0, 4], pipeline.Graph.Steps.Select(step => step.Index));
    }

    private static FittedPipeline Fit(params TransformSpec[] steps) => Fit([Tables.Row(5), Tables.Row(7.5)], steps);

    private static FittedPipeline Fit(RawRecord[] records, params TransformSpec[] steps) => Pipelines.Fit(TestTransforms.Create(Tables.Numbers, steps), records);
}
