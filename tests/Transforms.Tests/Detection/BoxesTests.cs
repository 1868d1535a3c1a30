using System.Runtime.InteropServices;
using Mesh.Transforms.Tests.Support;
using NetVips;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Detection;

public class BoxesTests
{
    private const int Dark = 0;
    private const int Bright = 255;

    private static readonly RecordSchema Schema = new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("boxes", ColumnKind.Boxes));

    [Fact]
    public void Rows_are_class_centre_and_size_as_shares_and_the_rest_is_minus_one() => Assert.Equal(
        [1, 0.25f, 0.5f, 0.5f, 0.25f, 0, 0.875f, 0.125f, 0.25f, 0.25f, -1, -1, -1, -1, -1],
        Rows(8, 16, """{"max_boxes":3}""", [], new Box(0, 3, 8, 2, "dog"), new Box(12, 0, 4, 2, "cat")));

    [Fact]
    public void An_image_without_boxes_has_none() => Assert.Equal(
        [-1, -1, -1, -1, -1], Rows(8, 16, """{"max_boxes":1,"names":["cat"]}""", []));

    [Fact]
    public void Names_are_learned_sorted_or_declared_or_given()
    {
        Box[] boxes = [new(0, 0, 1, 1, "dog"), new(0, 0, 1, 1, "cat"), new(0, 0, 1, 1, "emu")];
        Assert.Equal(["cat", "dog", "emu"], Fit(Schema, "{}").Output("boxes")!.ClassNames);
        Assert.Equal(["emu", "dog", "cat"], Fit(Schema, """{"names":["emu","dog","cat"]}""").Output("boxes")!.ClassNames);
        var declaring = new RecordSchema(Schema.Columns[0], new RecordColumn("boxes", ColumnKind.Boxes) { ClassNames = ["fox", "dog", "cat", "emu"] });
        Assert.Equal(["fox", "dog", "cat", "emu"], Fit(declaring, "{}").Output("boxes")!.ClassNames);

        FittedPipeline Fit(RecordSchema schema, string parameters) => Pipelines.Fit(
            Pipeline.Create(new([Of("decode-image"), Of("boxes", parameters)]), schema), [.. boxes.Select(box => Record(4, 4, box))]);
    }

    [Theory]
    [InlineData("resize", """{"width":32,"height":10}""", 0.25f, 0.5f, 0.5f, 0.25f)]
    [InlineData("resize", """{"width":32,"height":32,"fit":"contain"}""", 0.25f, 0.5f, 0.5f, 0.125f)] // 16 rows in the middle of 32
    [InlineData("resize", """{"width":12,"height":12,"fit":"cover"}""", 0.25f, 0.5f, 0.5f, 0.25f)] // the middle eight columns: half of the box
    [InlineData("crop", """{"width":8,"height":4}""", 0.25f, 0.5f, 0.5f, 0.5f)]
    [InlineData("crop", """{"width":8,"height":8,"place":"given","left":2,"top":1}""", 0.375f, 0.375f, 0.75f, 0.25f)]
    [InlineData("crop", """{"width":0.5,"height":1,"unit":"share","place":"given","left":0,"top":0}""", 0.5f, 0.5f, 1f, 0.25f)]
    public void Boxes_follow_the_image(string type, string parameters, float x, float y, float width, float height)
    {
        // 16 columns, 8 rows, and one more row below for the crop at row 1.
        var rows = type == "crop" && parameters.Contains("\"top\":1") ? 9 : 8;
        float[] expected = [0, x, y, width, height];
        var found = Rows(rows, 16, """{"max_boxes":1}""", [Of(type, parameters)], new Box(0, 3, 8, 2, "dog"));
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void A_border_shows_nothing_of_a_box_that_was_cut_off_before()
    {
        // Columns 4 to 12 of 16, then four columns of border on either side: of columns 0 to 8 the box keeps 4 to 8.
        var found = Rows(8, 16, """{"max_boxes":1}""",
            [Of("crop", """{"width":8,"height":8}"""), Of("resize", """{"width":16,"height":8,"fit":"contain"}""")], new Box(0, 3, 8, 2, "dog"));
        Assert.Equal([0, 0.375f, 0.5f, 0.25f, 0.25f], found);
    }

    [Theory]
    [InlineData(0.5, 1)]
    [InlineData(0.51, 0)]
    [InlineData(0, 1)]
    public void Of_a_box_that_is_cut_off_enough_has_to_be_left(double minimum, int left) => Assert.Equal(left - 1,
        Rows(8, 16, FormattableString.Invariant($$"""{"max_boxes":1,"min_visible":{{minimum}}}"""), [Of("crop", """{"width":8,"height":8}""")], new Box(0, 3, 8, 2, "dog"))[0]);

    [Fact]
    public void A_box_outside_or_without_area_is_never_there() => Assert.Equal([-1, -1], Rows(8, 16, """{"max_boxes":2,"min_visible":0}""",
        [Of("crop", """{"width":4,"height":4}""")], new Box(0, 0, 3, 3, "dog"), new Box(7, 3, 0, 2, "dog")).Where((_, i) => i % 5 == 0));

    [Fact]
    public void Too_many_are_refused_or_the_largest_kept_in_their_order()
    {
        Box[] boxes = [new(0, 0, 2, 2, "a"), new(0, 0, 3, 3, "b"), new(0, 0, 2, 2, "c"), new(0, 0, 4, 2, "d"), new(0, 0, 1, 1, "e")];
        var refused = Assert.Throws<TransformException>(() => Rows(8, 16, """{"max_boxes":3}""", [], boxes));
        Assert.Equal("has more than 3 boxes (max_boxes); overflow=largest keeps the largest", refused.Reason);
        // Of two that are as large, the first.
        Assert.Equal([0, 1, 3], Rows(8, 16, """{"max_boxes":3,"overflow":"largest"}""", [], boxes).Where((_, i) => i % 5 == 0));
        Assert.Equal([1], Rows(8, 16, """{"max_boxes":1,"overflow":"largest"}""", [], boxes).Where((_, i) => i % 5 == 0));
    }

    [Theory]
    [InlineData(double.NaN, 1, "x", "box 1 is no rectangle: 1×2 at (NaN, 0)")]
    [InlineData(0, -1, "x", "box 1 is no rectangle: -1×2 at (0, 0)")]
    [InlineData(0, double.PositiveInfinity, "x", "box 1 is no rectangle")]
    [InlineData(0, 1, "", "box 1 has no label")]
    [InlineData(0, 1, "y", "'y' of box 1 is not one of the 1 labels")]
    public void What_is_wrong_with_a_box_is_said(double x, double width, string label, string reason)
    {
        var fitted = Fit("{}", [], Record(8, 16, new Box(0, 0, 1, 1, "x")));
        var refused = Assert.Throws<TransformException>(() => fitted.Row(Record(8, 16, new Box(0, 0, 1, 1, "x"), new Box(x, 0, width, 2, label))));
        Assert.StartsWith(reason, refused.Reason);
        Assert.Equal("boxes", refused.Transform);
    }

    [Fact]
    public void A_record_that_has_no_value_is_not_one_without_boxes()
    {
        var record = new RawRecord("r", Schema, new[] { RecordValue.OfImage(RawImage.OfPixels(new byte[4], 2, 2, 1)), RecordValue.Missing });
        Assert.Equal("'boxes' is missing", Assert.Throws<TransformException>(() => Fit("{}", [], Record(2, 2, new Box(0, 0, 1, 1, "x"))).Row(record)).Reason);
    }

    /// <summary>libvips says how each orientation is turned upright.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Boxes_of_stored_photographs_are_found_in_upright_ones(int orientation)
    {
        const int height = 48, width = 64;
        var pixels = new byte[height * width];
        for (var y = 8; y < 24; y++)
            pixels.AsSpan(y * width + 16, 40).Fill(Bright);
        using var image = Image.NewFromMemory(pixels, width, height, 1, Enums.BandFormat.Uchar);
        using var turned = image.Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", orientation));
        var file = RecordValue.OfImage(RawImage.OfFile(turned.JpegsaveBuffer(q: 100)));

        var record = new RawRecord("photo", Schema, new[] { file, RecordValue.OfBoxes(new[] { new Box(16, 8, 40, 16, "x") }) });
        foreach (var parameters in (string[])["{}", """{"auto_orient":false}"""])
        {
            var (left, top, across, down) = Locate(record, parameters);
            var fitted = Pipelines.Fit(Pipeline.Create(new([Of("decode-image", parameters), Of("boxes", """{"max_boxes":1}""")]), Schema), [record]);
            var shape = fitted.Columns[0].Shape;
            float[] expected = [0, (left + across / 2f) / shape[2], (top + down / 2f) / shape[1], (float)across / shape[2], (float)down / shape[1]];
            Assert.All(Floats(fitted.Row(record)[1]).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        }

        Assert.Equal((16, 8, 40, 16), Locate(record, """{"auto_orient":false}"""));
    }

    /// <summary>A rectangle is drawn, the image cut and resized by several steps, and the rectangle looked for again.</summary>
    [Fact]
    public void Boxes_are_where_the_rectangle_is_after_any_steps()
    {
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            var (height, width) = (random.Next(60, 120), random.Next(60, 120));
            var box = new Box(random.Next(width - 30), random.Next(height - 30), random.Next(12, 30), random.Next(12, 30), "x");
            var pixels = new byte[height * width];
            for (var y = (int)box.Y; y < box.Y + box.Height; y++)
                pixels.AsSpan(y * width + (int)box.X, (int)box.Width).Fill(Bright);
            TransformSpec[] steps = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4) switch
            {
                0 => Of("crop", """{"width":0.9,"height":0.8,"unit":"share"}"""),
                1 => Of("crop", """{"width":0.9,"height":0.9,"unit":"share","place":"given","left":0.1,"top":0}"""),
                2 => Of("resize", $$"""{"width":{{random.Next(50, 200)}},"height":{{random.Next(50, 200)}},"fit":"cover"}"""),
                _ => Of("resize", $$"""{"width":{{random.Next(50, 200)}},"height":{{random.Next(50, 200)}},"fit":"{{(random.Next(2) == 0 ? "contain" : "stretch")}}"}"""),
            })];
            var record = new RawRecord("drawn", Schema, new[] { RecordValue.OfImage(RawImage.OfPixels(pixels, height, width, 1)), RecordValue.OfBoxes(new[] { box }) });
            var fitted = Fit("""{"max_boxes":1,"min_visible":0}""", steps, record);
            var (row, shape) = (fitted.Row(record), fitted.Columns[0].Shape);
            var bright = Enumerable.Range(0, row[0].Length).Where(at => row[0][at] > 127).ToArray();
            var rows = Floats(row[1]);
            if (bright.Length == 0)
            {
                Assert.True(rows[0] < 0 || rows[3] * shape[2] < 2 || rows[4] * shape[1] < 2);
                continue;
            }

            Assert.Equal(bright.Min(at => at % shape[2]), (rows[1] - rows[3] / 2) * shape[2], 2.5);
            Assert.Equal(bright.Max(at => at % shape[2]) + 1, (rows[1] + rows[3] / 2) * shape[2], 2.5);
            Assert.Equal(bright.Min(at => at / shape[2]), (rows[2] - rows[4] / 2) * shape[1], 2.5);
            Assert.Equal(bright.Max(at => at / shape[2]) + 1, (rows[2] + rows[4] / 2) * shape[1], 2.5);
        }
    }

    [Fact]
    public void What_is_read_back_does_the_same()
    {
        var record = Record(8, 16, new Box(0, 3, 8, 2, "dog"), new Box(1, 1, 2, 2, "cat"));
        var fitted = Fit("""{"max_boxes":3}""", [], record);
        var copy = FittedPipeline.Parse(fitted.ToJson());
        Assert.Equal(fitted.Row(record), copy.Row(record));
        Assert.Equal(["cat", "dog"], copy.Output("boxes")!.ClassNames);
        Assert.Equal(["image"], copy.Select("image").Sources.Select(column => column.Name));
    }

    [Fact]
    public void Parts_of_the_data_teach_what_the_whole_does()
    {
        RawRecord[] records = [.. "dog cat,emu,,cat ant".Split(',').Select(names => Record(4, 4, [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new Box(0, 0, 1, 1, name))]))];
        var pipeline = Pipeline.Create(new([Of("decode-image"), Of("boxes")]), Schema);
        var parts = records.Select(record =>
        {
            var part = pipeline.NewFitter();
            part.Observe(record);
            return pipeline.LoadFitter(part.Save(), pipeline.Unfitted);
        }).Reverse().ToArray();
        foreach (var part in parts[1..])
            parts[0].Merge(part);
        Assert.Equal(Pipelines.Fit(pipeline, records).ToJson(), pipeline.Finish(parts[0].Complete()).ToJson());
        Assert.Equal(["ant", "cat", "dog", "emu"], pipeline.Finish(parts[0].Complete()).Output("boxes")!.ClassNames);
    }

    private static (int Left, int Top, int Width, int Height) Locate(RawRecord record, string parameters)
    {
        var fitted = Pipelines.Fit(Pipeline.Create(new([Of("decode-image", parameters)]), Schema), [record]);
        var (image, width) = (fitted.Row(record)[0], fitted.Columns[0].Shape[2]);
        var bright = Enumerable.Range(0, image.Length).Where(i => image[i] > (Dark + Bright) / 2).ToArray();
        var (left, top) = (bright.Min(i => i % width), bright.Min(i => i / width));
        return (left, top, bright.Max(i => i % width) - left + 1, bright.Max(i => i / width) - top + 1);
    }

    private static float[] Rows(int height, int width, string parameters, TransformSpec[] before, params Box[] boxes)
    {
        var record = Record(height, width, boxes);
        return Floats(Fit(parameters, before, record).Row(record)[1]);
    }

    private static FittedPipeline Fit(string parameters, TransformSpec[] before, RawRecord record) =>
        Pipelines.Fit(Pipeline.Create(new([Of("decode-image"), .. before, Of("boxes", parameters)]), Schema), [record]);

    private static RawRecord Record(int height, int width, params Box[] boxes) => new(
        "r", Schema, new[] { RecordValue.OfImage(RawImage.OfPixels(new byte[height * width], height, width, 1)), RecordValue.OfBoxes(boxes) });

    private static float[] Floats(byte[] row) => MemoryMarshal.Cast<byte, float>(row).ToArray();
}
