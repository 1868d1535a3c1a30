using System.Numerics;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Images;

public class CropTests
{
    // 4 rows of 6, the value is 10·row + column.
    private static readonly RawRecord Grid = RawRecord.Raw("grid", (byte[])[.. Enumerable.Range(0, 24).Select(i => (byte)((i / 6 * 10) + (i % 6)))], 4, 6, 1);

    [Theory]
    [InlineData("""{"width":2,"height":2}""", new byte[] { 12, 13, 22, 23 })]
    [InlineData("""{"width":3,"height":1}""", new byte[] { 11, 12, 13 })]
    [InlineData("""{"width":2,"height":1,"place":"given","left":4,"top":3}""", new byte[] { 34, 35 })]
    [InlineData("""{"width":0.5,"height":0.5,"unit":"share"}""", new byte[] { 12, 13, 14, 22, 23, 24 })]
    [InlineData("""{"width":0.34,"height":0.25,"unit":"share","place":"given","left":0.66,"top":0.75}""", new byte[] { 34, 35 })]
    public void Cuts_what_is_asked_for(string parameters, byte[] expected) =>
        Assert.Equal(expected, Pipelines.Run(Grid, ("decode-image", "{}"), ("crop", parameters)).Bytes);

    [Fact]
    public void Colours_stay_together()
    {
        var pixels = RawRecord.Raw("rgb", new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 1, 3, 3);
        Assert.Equal([4, 5, 6], Pipelines.Run(pixels, ("decode-image", "{}"), ("crop", """{"width":1,"height":1}""")).Bytes);
    }

    [Fact]
    public void The_whole_image_is_untouched() =>
        Assert.Equal(24, Pipelines.Run(Grid, ("decode-image", "{}"), ("crop", """{"width":6,"height":4}""")).Bytes.Length);

    [Fact]
    public void Shares_that_touch_do_not_overlap_and_leave_nothing_out()
    {
        // Five columns in two halves: 0 to 2.5, rounded to 3, and from there on.
        var five = RawRecord.Raw("five", new byte[] { 0, 1, 2, 3, 4 }, 1, 5, 1);
        byte[] Half(double left) => Pipelines.Run(five, ("decode-image", "{}"),
            ("crop", FormattableString.Invariant($$"""{"width":0.5,"height":1,"unit":"share","place":"given","left":{{left}}}"""))).Bytes;
        Assert.Equal([0, 1, 2, 3, 4], [.. Half(0), .. Half(0.5)]);
    }

    [Fact]
    public void An_image_that_is_too_small_is_refused_by_name()
    {
        var e = Assert.Throws<TransformException>(() => Pipelines.Run(Grid, ("decode-image", "{}"), ("crop", """{"width":7,"height":2}""")));
        Assert.Equal("crop: record 'grid': is 6×4 pixels; 7×2 at (0, 1) do not lie in it", e.Message);
        Assert.Throws<TransformException>(() => Pipelines.Run(Grid, ("decode-image", "{}"), ("crop", """{"width":2,"height":2,"place":"given","left":5}""")));
    }

    [Theory]
    [InlineData("""{"width":2.5,"height":2}""", "width must be a whole number of pixels, unless unit=share")]
    [InlineData("""{"width":2,"height":0.5,"unit":"share"}""", "width must be a share from 0 to 1")]
    [InlineData("""{"width":0,"height":2}""", "width must be more than 0")]
    [InlineData("""{"width":2,"height":2,"top":1}""", "top has no meaning unless place=given")]
    public void Parameters_that_contradict_each_other(string parameters, string said) =>
        Assert.Equal($"transforms[1].parameters.{said}", Assert.Single(Pipeline.Validate(Pipelines.Spec(("decode-image", "{}"), ("crop", parameters)))).ToString());

    [Theory]
    [InlineData("crop", """{"width":2,"height":2}""", 2, 1, 0, 0)]
    [InlineData("resize", """{"width":3,"height":8}""", 2, 1, 1, 2)]
    [InlineData("resize", """{"width":2,"height":4,"fit":"cover"}""", 2, 1, 0, 1)]
    [InlineData("resize", """{"width":6,"height":8,"fit":"contain"}""", 2, 1, 2, 3)]
    public void Every_step_says_where_points_go(string type, string parameters, float x, float y, float toX, float toY)
    {
        // crop: the part begins at (2, 1). stretch: half as wide, twice as high. cover: columns 2 to 3 of all rows, as they are.
        // contain: as large as before, between borders of two rows.
        Assert.Equal(new Vector2(toX, toY), Vector2.Transform(new(x, y), GeometryAfter((type, parameters))));
    }

    [Fact]
    public void Steps_compose()
    {
        // Cut at (2, 1), then twice as large, then gray (which moves nothing): (3, 2) → (1, 1) → (2, 2).
        var geometry = GeometryAfter(("crop", """{"width":4,"height":3,"place":"given","left":2,"top":1}"""), ("resize", """{"width":8,"height":6}"""), ("grayscale", "{}"));
        Assert.Equal(new Vector2(2, 2), Vector2.Transform(new(3, 2), geometry));
    }

    /// <summary>What boxes of the record would be moved by.</summary>
    private static Matrix3x2 GeometryAfter(params (string Type, string Parameters)[] steps)
    {
        var pipeline = Pipelines.Of([("decode-image", "{}"), .. steps]);
        var port = pipeline.Graph.Outputs.Single().Stored;
        var plan = new RecordPlan(new(pipeline.Graph, pipeline.Unfitted), [port], []);
        var working = new WorkingRecord(plan.Layout);
        plan.Read(Grid, working);
        plan.RunRow(working);
        return working.Pixels(plan.SlotOf(port)).Geometry.Map;
    }
}
