using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Graph;

/// <summary>One test for each thing that can be wrong with a graph; nothing else is said then.</summary>
public class ViolationTests
{
    private static readonly RecordSchema Mixed = new(
        new RecordColumn("image", ColumnKind.Image), new RecordColumn("label", ColumnKind.Text), new RecordColumn("age", ColumnKind.Integer),
        new RecordColumn("pages", ColumnKind.IntegerList), new RecordColumn("name", ColumnKind.Text));

    [Fact]
    public void An_unknown_column_with_the_nearest_names() => Only(
        "transforms[1].inputs[0] 'iamge' is a column neither of the data nor of a step; did you mean 'image'?",
        Of("decode-image"), Of("resize", """{"width":4,"height":4}""", ["iamge"]));

    [Fact]
    public void An_unknown_column_that_is_like_none() => Only(
        "transforms[0].inputs[0] 'salary' is a column neither of the data nor of a step; there are image, label, age, pages, name, x",
        Of("number", inputs: ["salary"], outputs: ["x"]));

    [Fact]
    public void Without_a_schema_any_column_may_be_of_the_data() =>
        Assert.Empty(TestTransforms.Violations(null, [], Of("number", inputs: ["salary"]), Of("decode-image", inputs: ["photo"])));

    [Fact]
    public void Several_later_writers() => Only(
        "transforms[0].inputs[0] 'x' is written later by above (transforms[1]) and above (transforms[2]) and number (transforms[3]); move this step behind the one it is to read",
        Of("number", inputs: ["x"], outputs: ["y"]), Of("above", inputs: ["age"], outputs: ["x"]), Of("above", inputs: ["x"]), Of("number", inputs: ["x"]));

    [Fact]
    public void A_cycle_is_named() => Only(
        "transforms[0].inputs needs its own output: above (transforms[0]), which reads halves (transforms[2]), which reads above (transforms[0])",
        Of("above", inputs: ["z"], outputs: ["x"]), Of("number", inputs: ["age"]), Of("halves", inputs: ["x"], outputs: ["y", "z"]));

    [Fact]
    public void Two_writers_without_order() => Only(
        "transforms[1].outputs[0] 'x' is written by number (transforms[0]) too, and neither reads what the other makes",
        Of("number", inputs: ["age"], outputs: ["x"]), Of("label", outputs: ["x"]));

    [Fact]
    public void A_step_that_nothing_needs() => Only(
        ["label"], "transforms[1] is not used: nothing in outputs needs it",
        Of("label"), Of("number", inputs: ["age"]));

    [Fact]
    public void A_result_that_is_no_tensor() => Only(
        "transforms[0].outputs[0] 'age' is number, which a result cannot hold; a later step has to make a tensor of it, such as number, concat or label",
        Of("above", inputs: ["age"]));

    [Fact]
    public void A_named_result_that_is_no_tensor() => Only(
        ["age"], "outputs[0] 'age' is number, which a result cannot hold; a later step has to make a tensor of it, such as number, concat or label",
        Of("above", inputs: ["age"]));

    [Fact]
    public void A_result_that_nobody_writes() => Only(
        ["label", "lable"], "outputs[1] 'lable' is not written by any step; did you mean 'label'?", Of("label"));

    [Fact]
    public void A_result_of_the_data_alone() => Only(
        ["label", "age"], "outputs[1] 'age' is a column of the data; a step has to make a tensor of it", Of("label"));

    [Fact]
    public void A_result_named_twice() => Only(["label", "label"], "outputs[1] 'label' is there twice", Of("label"));

    [Fact]
    public void Inputs_that_must_be_named() => Only("transforms[0].inputs has 0 columns; number reads 1 to 1024", Of("number"));

    [Fact]
    public void Too_many_inputs() => Only("transforms[0].inputs has 2 columns; label reads 1", Of("label", inputs: ["label", "name"]));

    [Fact]
    public void More_columns_than_any_step_may_have() => Assert.Contains(
        "transforms[0].inputs has 1025 columns; at most 1024 are allowed",
        TestTransforms.Violations(Mixed, [], Of("number", inputs: [.. Enumerable.Range(0, 1025).Select(i => $"age{i}")])));

    [Fact]
    public void Too_many_outputs() => Only("transforms[0].outputs has 2 columns; label writes 1", Of("label", outputs: ["label", "name"]));

    [Fact]
    public void An_input_twice() => Only("transforms[0].inputs[1] 'age' is there twice", Of("number", inputs: ["age", "age"]));

    [Fact]
    public void A_name_that_is_none() => Only("transforms[0].outputs[0] is not a name of 1 to 256 characters", Of("label", outputs: ["a\nb"]));

    [Fact]
    public void Two_steps_of_one_name() => Only("transforms[1].name 'x' is the name of another step too", Of("label", name: "x"), Of("number", inputs: ["age"], name: "x"));

    [Fact]
    public void A_step_name_that_controls_a_terminal() => Only(
        "transforms[0].name has at most 256 characters and none that control a terminal", Of("label", name: "\u001b[2J"));

    [Fact]
    public void In_place_steps_write_what_they_read() => Only(
        "transforms[1].outputs must be the inputs: normalize works in place", Of("decode-image"), Of("normalize", outputs: ["x"]));

    [Fact]
    public void An_input_of_another_kind() => Only(
        "transforms[0].inputs[0] 'image' is image; it must be pixels, as decode-image makes it", Of("resize", """{"width":4,"height":4}"""));

    [Fact]
    public void A_step_of_batches_that_reads_the_data() => Only(
        "transforms[0].inputs[0] 'image' is image; it must be pixels, as decode-image makes it", Of("normalize"));

    [Theory]
    [InlineData("normalize", "batches")]
    [InlineData("random-horizontal-flip", "rows in training")]
    public void A_step_that_reads_the_data_too_late_is_told_before_anybody_knows_the_data(string type, string when) => Assert.Equal(
        [$"transforms[0].inputs[0] 'image' is a column of the data, and {type} runs on {when}; a step that runs on records has to come before it"],
        TestTransforms.Violations(null, [], Of(type)));

    [Fact]
    public void A_second_label() => Only(
        "transforms[1].inputs[0] 'label' is int64[]; it must be text or integer or boolean", Of("label"), Of("label"));

    [Fact]
    public void A_vector_of_other_elements() => Only(
        "transforms[1].inputs[0] 'label' is uint8[?]; it must be a number, an index or a float32 vector",
        Of("multi-label", """{"separator":"|","element":"uint8"}""", ["label"]), Of("concat", inputs: ["label", "age"]));

    [Fact]
    public void Records_after_batches() => Only(
        "transforms[2].inputs[0] 'image' comes from normalize (transforms[1]), which runs on batches; grayscale runs on records and must come before it",
        Of("decode-image"), Of("normalize"), Of("grayscale"));

    [Fact]
    public void Augmentation_after_batches() => Only(
        "transforms[2].inputs[0] 'image' comes from normalize (transforms[1]), which runs on batches; random-horizontal-flip runs on rows in training and must come before it",
        Of("decode-image"), Of("normalize"), Of("random-horizontal-flip"));

    [Fact]
    public void Two_steps_that_make_rows() => Assert.Contains(
        "transforms[1].type items makes rows of records, as pairs (transforms[0]) does; a pipeline has one such step",
        TestTransforms.Violations(Mixed, [], Of("pairs", inputs: ["age"]), Of("items", inputs: ["pages"]), Of("number", inputs: ["pages"])));

    [Fact]
    public void A_column_of_records_beside_rows() => Only(
        "transforms[1].inputs[1] 'age' is of a record, and concat runs on rows that items (transforms[0]) makes; give it to that step too",
        Of("items", inputs: ["pages"]), Of("concat", inputs: ["pages", "age"]));

    [Fact]
    public void A_result_of_records_beside_rows() => Only(
        "transforms[2].outputs[0] 'age' is of a record, and rows are what items (transforms[0]) makes; give it to that step",
        Of("items", inputs: ["pages"]), Of("number", inputs: ["pages"]), Of("number", inputs: ["age"]));

    [Fact]
    public void Mistakes_of_several_kinds_are_reported_together()
    {
        string[] expected =
        [
            "transforms[0].type 'rezise' is not a transform; did you mean 'resize'?",
            "transforms[1].inputs[0] 'nam' is a column neither of the data nor of a step; did you mean 'name'?",
            "transforms[2].inputs[0] 'image' is image; it must be pixels, as decode-image makes it",
            "outputs[0] 'lable' is not written by any step; did you mean 'label'?",
        ];
        Assert.Equal(expected, TestTransforms.Violations(Mixed, ["lable"], Of("rezise"), Of("label", inputs: ["nam"], outputs: ["label"]), Of("normalize")));
    }

    private static void Only(string violation, params TransformSpec[] steps) => Only([], violation, steps);

    private static void Only(string[] outputs, string violation, params TransformSpec[] steps) =>
        Assert.Equal([violation], TestTransforms.Violations(Mixed, outputs, steps));
}
