using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests;

/// <summary>The digest says whether stored rows can be used again.</summary>
public class DigestTests
{
    private static readonly RawRecord One = RawRecord.Raw("one", new byte[] { 1, 2, 3, 4 }, 2, 2, 1, "x");
    private static readonly RawRecord Two = RawRecord.Raw("two", new byte[] { 5, 6, 7, 8 }, 2, 2, 1, "x");

    [Fact]
    public void What_does_not_touch_rows_does_not_touch_it()
    {
        var digest = Digest([One], ("decode-image", "{}"), ("label", "{}"), ("normalize", "{}"));
        Assert.Matches("^[0-9a-f]{64}$", digest);
        // Other statistics, none at all, or augmentation.
        Assert.Equal(digest, Digest([One, Two], ("decode-image", "{}"), ("label", "{}"), ("normalize", "{}")));
        Assert.Equal(digest, Digest([One], ("decode-image", "{}"), ("label", "{}")));
        Assert.Equal(digest, Digest([One], ("decode-image", "{}"), ("random-horizontal-flip", "{}"), ("label", "{}")));
        // The names of steps and of columns between them.
        var named = Pipeline.Create(new([Of("decode-image", outputs: ["x"], name: "first"), Of("label"), Of("grayscale", inputs: ["x"], outputs: ["image"])], ["image", "label"]), RecordSchema.LabelledImages);
        var other = Pipeline.Create(new([Of("decode-image", outputs: ["y"]), Of("label"), Of("grayscale", inputs: ["y"], outputs: ["image"])], ["image", "label"]), RecordSchema.LabelledImages);
        Assert.Equal(Pipelines.Fit(named, [One]).RecordStateDigest, Pipelines.Fit(other, [One]).RecordStateDigest);
    }

    [Fact]
    public void What_decides_rows_decides_it()
    {
        var label = RawRecord.Raw("y", new byte[4], 2, 2, 1, "y");
        string[] digests =
        [
            Digest([One], ("decode-image", "{}"), ("label", "{}")),
            Digest([One], ("decode-image", """{"background":1}"""), ("label", "{}")),
            Digest([One], ("decode-image", "{}"), ("grayscale", "{}"), ("label", "{}")),
            Digest([One, label], ("decode-image", "{}"), ("label", "{}")),
            Digest([One], ("decode-image", "{}")),
            Digest([One], ("label", "{}"), ("decode-image", "{}")),
            Digest([RawRecord.Raw("one", new byte[6], 3, 2, 1, "x")], ("decode-image", "{}"), ("label", "{}")),
        ];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Libvips_is_named_only_where_images_are()
    {
        var pipeline = TestTransforms.Create(Tables.Numbers, Of("number", inputs: ["a"]));
        var fitted = pipeline.Finish(pipeline.Unfitted);
        Assert.Null(fitted.FittedWithImageLibrary);
        Assert.DoesNotContain("libvips", System.Text.Encoding.UTF8.GetString(fitted.ToJson()));
        Assert.DoesNotContain("libvips", System.Text.Encoding.UTF8.GetString(Pipeline.CanonicalBytes(pipeline.Spec)));
        Assert.Equal(fitted.ToJson(), FittedPipeline.Parse(fitted.ToJson()).ToJson());
    }

    [Fact]
    public void A_part_of_a_pipeline_gives_the_same_columns()
    {
        var whole = Pipelines.Of(("label", "{}"), ("decode-image", "{}"), ("resize", """{"width":3,"height":3}"""), ("normalize", "{}")).Fit(["w", "x"], One, Two);
        var (image, label) = (whole.Select("image"), whole.Select("label"));
        Assert.Equal(["image"], image.Sources.Select(column => column.Name));
        Assert.Equal([whole.Columns[1]], image.Columns);
        Assert.Equal(whole.Row(Two)[1], image.Row(Two)[0]);
        Assert.Equal(whole.Batch().Scale.ToArray(), image.Batch().Scale.ToArray());
        Assert.Equal(["w", "x"], label.Labels);
        Assert.Equal(1, whole.LabelOf(One));
        Assert.Equal(image.ToJson(), FittedPipeline.Parse(image.ToJson()).ToJson());
        Assert.Throws<ArgumentException>("outputs", () => whole.Select("picture"));
    }

    private static string Digest(RawRecord[] records, params (string Type, string Parameters)[] steps) => Pipelines.Of(steps).Fit(null, records).RecordStateDigest;
}
