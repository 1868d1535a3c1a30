using System.Text;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests;

public class FittedPipelineTests
{
    private static readonly FashionSample Sample = FashionSample.Test();

    private static readonly FittedPipeline Fitted = Pipelines
        .Of(("decode-image", "{}"), ("grayscale", "{}"), ("resize", """{"width":14,"height":14}"""), ("label", "{}"), ("normalize", "{}"))
        .Fit(FashionSample.ClassNames, [.. Enumerable.Range(0, 500).Select(Sample.Record)]);

    [Fact]
    public void What_is_read_back_does_the_same()
    {
        var json = Fitted.ToJson();
        var copy = FittedPipeline.Parse(json);
        Assert.Equal(json, copy.ToJson());
        Assert.Equal(Fitted.Columns, copy.Columns);
        Assert.Equal([1, 14, 14], copy.Columns[0].Shape);
        Assert.Equal(Fitted.RecordStateDigest, copy.RecordStateDigest);
        Assert.Equal(FashionSample.ClassNames, copy.Labels);
        Assert.Equal(Fitted.TransformVersions, copy.TransformVersions);
        Assert.Equal(1, copy.TransformVersions["resize"]);
        Assert.Equal("8.18.7", copy.FittedWithImageLibrary);

        var (floats, again) = (new float[196], new float[196]);
        for (var i = 500; i < 600; i++)
        {
            var (row, rowAgain) = (Fitted.Row(Sample.Record(i)), copy.Row(Sample.Record(i)));
            Assert.Equal(Sample.ClassOf(i), BitConverter.ToInt64(row[1]));
            Assert.Equal(row, rowAgain);
            Fitted.Batch().Apply(row[0], 1, floats);
            copy.Batch().Apply(row[0], 1, again);
            Assert.Equal(floats, again);
        }
    }

    [Theory]
    [InlineData("\"format_version\":2", "\"format_version\":1", "format_version")]
    [InlineData("\"shape\":[1,14,14]", "\"shape\":[1,14]", "outputs[0].shape")]
    [InlineData("\"shape\":[1,14,14]", "\"shape\":[3,14,14]", "transforms[4].fitted.mean")]
    [InlineData("\"shape\":[]", "\"shape\":[7]", "outputs[1].shape")]
    [InlineData("\"element_type\":\"int64\"", "\"element_type\":\"int32\"", "outputs[1].element_type")]
    [InlineData("\"name\":\"label\",\"shape\"", "\"name\":\"lable\",\"shape\"", "outputs[1]")]
    [InlineData("\"type\":\"text\"", "\"type\":\"pixels\"", "source[1].type")]
    [InlineData("\"name\":\"label\",\"type\"", "\"name\":\"\",\"type\"", "source[1].name")]
    [InlineData("\"type\":\"resize\",\"version\":1", "\"type\":\"resize\",\"version\":7", "transforms[2].version")]
    [InlineData("\"type\":\"grayscale\"", "\"type\":\"greyscale\"", "transforms[1].type")]
    [InlineData("\"type\":\"grayscale\"", "\"fitted\":{},\"type\":\"grayscale\"", "transforms[1].fitted")]
    [InlineData("\"width\":14", "\"width\":-14", "transforms[2].parameters.width")]
    [InlineData("\"names\":[\"T-shirt/top\"", "\"names\":[\"Bag\"", "transforms[3].fitted.names")]
    [InlineData("\"fitted\":{\"mean\"", "\"fitted\":{\"maen\"", "transforms[4].fitted.mean")]
    [InlineData("{", "", "$")]
    public void Damage_is_named_by_field(string found, string replaced, string field)
    {
        var json = Encoding.UTF8.GetString(Fitted.ToJson());
        var at = json.IndexOf(found, StringComparison.Ordinal);
        Assert.True(at >= 0);
        var damaged = string.Concat(json.AsSpan(0, at), replaced, json.AsSpan(at + found.Length));
        var e = Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(Encoding.UTF8.GetBytes(damaged)));
        Assert.Equal(field, e.Violations[0].Field);
    }

    [Fact]
    public void Truncated_json_is_refused_at_every_length()
    {
        var json = Fitted.ToJson();
        for (var length = 0; length < json.Length; length++)
            Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(json.AsSpan(0, length)));
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        var expected = Enumerable.Range(0, 200).Select(i => Fitted.Apply(Sample.Record(i))).ToArray();
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, i =>
        {
            var record = Sample.Record(i % 200);
            var png = PngWriter.Write(Sample.Pixels(i % 200).Span, 28, 28, 0);
            Assert.Equal(expected[i % 200], Fitted.Apply(i % 2 == 0 ? record : RawRecord.Encoded("png", png)));
        });
    }
}
