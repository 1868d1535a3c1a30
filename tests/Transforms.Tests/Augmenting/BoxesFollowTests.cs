using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Augmenting;

/// <summary>A bright rectangle is drawn, the image changed and the rectangle looked for again: its box has to be there.</summary>
public class BoxesFollowTests
{
    private const int Height = 40;
    private const int Width = 56;

    private static readonly RecordSchema Schema = new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("boxes", ColumnKind.Boxes));

    [Theory]
    [InlineData("random-horizontal-flip", """{"probability":1}""", 1e-3)]
    [InlineData("random-vertical-flip", """{"probability":1}""", 1e-3)]
    [InlineData("random-shift", """{"x":0.5,"y":0.5,"min_visible":0}""", 1e-3)]
    [InlineData("random-crop", """{"padding":20,"min_visible":0}""", 1e-3)]
    [InlineData("random-crop", """{"mode":"resize","min_area":0.2,"min_visible":0}""", 3.0)] // Pixels become up to three wide.
    [InlineData("random-rotate", """{"angles":[180]}""", 1e-3)]
    public void Boxes_are_where_the_rectangle_is(string type, string parameters, double tolerance)
    {
        var augmented = Augmented.WithBoxes(1, Height, Width, (type, parameters));
        var random = new Random(1);
        var (found, lost) = (0, 0);
        for (var sample = 0; sample < 400; sample++)
        {
            var box = (Left: random.Next(Width - 8), Top: random.Next(Height - 8), Width: random.Next(4, 9), Height: random.Next(4, 9));
            var (image, boxes) = augmented.Apply(Draw(box), [box], sample);
            if (Find(image) is not { } there)
            {
                // A sliver of a pixel may be too dark to see.
                Assert.All(boxes, left => Assert.True(left.Width < tolerance || left.Height < tolerance));
                lost++;
                continue;
            }

            var moved = Assert.Single(boxes);
            Assert.Equal(there.Left, moved.Left, tolerance);
            Assert.Equal(there.Top, moved.Top, tolerance);
            Assert.Equal(there.Left + there.Width, moved.Left + moved.Width, tolerance);
            Assert.Equal(there.Top + there.Height, moved.Top + moved.Height, tolerance);
            found++;
        }

        Assert.True(found > 150, $"{found} found, {lost} lost");
    }

    [Fact]
    public void A_turned_box_is_the_rectangle_around_it()
    {
        var augmented = Augmented.WithBoxes(1, Height, Width, ("random-rotate", """{"degrees":180}"""));
        for (var sample = 0; sample < 200; sample++)
        {
            // Near the centre, so that nothing is cut off.
            var box = (Left: 22 + sample % 5, Top: 14 + sample % 3, Width: 9, Height: 5);
            var (image, boxes) = augmented.Apply(Draw(box), [box], sample);
            var (there, moved) = (Find(image)!.Value, Assert.Single(boxes));
            // A corner fills less than half of its pixel.
            Assert.InRange(there.Left - moved.Left, -0.5, 1.5);
            Assert.InRange(there.Top - moved.Top, -0.5, 1.5);
            Assert.InRange(moved.Left + moved.Width - there.Left - there.Width, -0.5, 1.5);
            Assert.InRange(moved.Top + moved.Height - there.Top - there.Height, -0.5, 1.5);
        }
    }

    [Fact]
    public void Boxes_that_leave_are_dropped_and_the_others_move_up()
    {
        var rows = new float[] { 3, 0.05f, 0.5f, 0.1f, 0.2f, 4, 0.5f, 0.5f, 0.2f, 0.2f, 5, 0.1f, 0.5f, 0.2f, 0.2f, -1, -1, -1, -1, -1 };
        // A tenth of the image to the left: all of the first, nothing of the second and half of the third leave.
        Transforms.Detection.BoxRows.Move(rows, System.Numerics.Matrix3x2.CreateTranslation(-10, 0), width: 100, height: 50, minimumVisible: 0.5);
        float[] expected = [4, 0.4f, 0.5f, 0.2f, 0.2f, 5, 0.05f, 0.5f, 0.1f, 0.2f, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1];
        Assert.All(rows.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6));

        Transforms.Detection.BoxRows.Move(rows, System.Numerics.Matrix3x2.CreateTranslation(-5, 0), width: 100, height: 50, minimumVisible: 0.51);
        Assert.Equal([4, -1, -1, -1], rows.Where((_, i) => i % 5 == 0));
    }

    [Fact]
    public void Moving_the_image_without_its_boxes_is_refused() => Assert.Equal(
        "transforms[2].inputs moves 'image' without 'boxes'; name both, the image first",
        Violation(Of("decode-image"), Of("boxes"), Of("random-shift")));

    [Fact]
    public void Colours_and_covers_do_not_move_anything() => Assert.Empty(Pipeline.Validate(
        new([Of("decode-image"), Of("boxes"), Of("color-jitter"), Of("cutout", """{"size":2}"""), Of("random-rotate", inputs: ["image", "boxes"])]), Schema));

    [Fact]
    public void Boxes_of_an_image_that_changes_afterwards_are_refused() => Assert.Equal(
        "transforms[1].inputs[1] 'image' is changed afterwards by resize (transforms[2]); put boxes behind it",
        Violation(Of("decode-image"), Of("boxes"), Of("resize", """{"width":8,"height":8}""")));

    [Fact]
    public void Boxes_may_be_of_one_of_two_images_in_the_result() => Assert.Empty(Pipeline.Validate(
        new([Of("decode-image"), Of("boxes"), Of("resize", """{"width":8,"height":8}""", outputs: ["small"])], ["image", "boxes", "small"]), Schema));

    [Fact]
    public void What_goes_along_has_to_be_boxes() => Assert.Equal(
        "transforms[2].inputs[1] 'pages' is float32[]; it must be what boxes makes",
        Assert.Single(Pipeline.Validate(new([Of("decode-image"), Of("number", inputs: ["pages"]), Of("random-rotate", inputs: ["image", "pages"])]),
            new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("pages", ColumnKind.Integer)))).ToString());

    private static string Violation(params TransformSpec[] steps) => Assert.Single(Pipeline.Validate(new(steps), Schema)).ToString();

    private static byte[] Draw((int Left, int Top, int Width, int Height) box)
    {
        var image = new byte[Height * Width];
        for (var y = box.Top; y < box.Top + box.Height; y++)
            image.AsSpan(y * Width + box.Left, box.Width).Fill(255);
        return image;
    }

    private static (int Left, int Top, int Width, int Height)? Find(byte[] image)
    {
        var bright = Enumerable.Range(0, image.Length).Where(i => image[i] > 127).ToArray();
        if (bright.Length == 0)
            return null;
        var (left, top) = (bright.Min(i => i % Width), bright.Min(i => i / Width));
        return (left, top, bright.Max(i => i % Width) - left + 1, bright.Max(i => i / Width) - top + 1);
    }
}
