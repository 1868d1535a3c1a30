using Mesh.Shards;
using Mesh.Specs;
using Mesh.Tests.Shared;
using Mesh.Trainer.Batches;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Trainer.Tests.Batches;

/// <summary>What of a processed dataset can be trained on.</summary>
public sealed class ShardSamplesTests
{
    private static readonly ShardColumn Image = new("image", ElementType.UInt8, 1, 2, 2);
    private static readonly ShardColumn Label = new("label", ElementType.Int64);

    [Fact]
    public void Images_and_labels_are_read_whatever_else_there_is()
    {
        using var folder = new TemporaryFolder();
        var other = new ShardColumn("age", ElementType.Float32);
        using var shards = Write(folder, [other, Image, Label], new byte[] { 1, 2, 3, 4 }, new byte[] { 9, 8, 7, 6 }, BitConverter.GetBytes(1L));
        var source = ShardSamples.Open(shards, Fit(TransformSpec.Of("decode-image"), TransformSpec.Of("label")), classes: 2);
        var (inputs, classes) = (new float[4], new long[1]);
        source.Read([0], new byte[4], inputs, classes);
        Assert.All(inputs.Zip([9, 8, 7, 6]), pair => Assert.Equal(pair.Second / 255f, pair.First, 1e-6f));
        Assert.Equal([1], classes);
    }

    [Fact]
    public void Data_without_images_is_refused_and_its_columns_are_named()
    {
        using var folder = new TemporaryFolder();
        using var shards = Write(folder, [Label], BitConverter.GetBytes(1L));
        var e = Assert.Throws<InvalidSamplesException>(() => ShardSamples.Open(shards, Fit(TransformSpec.Of("label")), classes: 2));
        Assert.Equal("the data has no column image of images; it has label: Int64[]", e.Message);
    }

    [Fact]
    public void Shards_of_other_columns_than_the_pipeline_makes_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var shards = Write(folder, [new("image", ElementType.UInt8, 1, 4, 1), Label], new byte[4], BitConverter.GetBytes(1L));
        var e = Assert.Throws<InvalidSamplesException>(() => ShardSamples.Open(shards, Fit(TransformSpec.Of("decode-image"), TransformSpec.Of("label")), classes: 2));
        Assert.Contains("the shards have no column image: UInt8[1, 2, 2]", e.Message);

        using var unlabelled = Write(folder, [Image], new byte[4]);
        Assert.Contains("no column label", Assert.Throws<InvalidSamplesException>(
            () => ShardSamples.Open(unlabelled, Fit(TransformSpec.Of("decode-image")), classes: 2)).Message);
    }

    private static FittedPipeline Fit(params TransformSpec[] steps)
    {
        var pipeline = Pipeline.Create(new PipelineSpec(steps), RecordSchema.LabelledImages);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        fitter.Observe(RawRecord.Raw("a", new byte[4], 2, 2, 1, "x"));
        fitter.Observe(RawRecord.Raw("b", new byte[4], 2, 2, 1, "y"));
        return pipeline.Finish(fitter.Complete());
    }

    /// <summary>One row of these columns.</summary>
    private static ShardSet Write(TemporaryFolder folder, ShardColumn[] columns, params ReadOnlyMemory<byte>[] values)
    {
        var path = Directory.CreateDirectory(folder.File($"{Guid.NewGuid():n}")).FullName;
        using var writer = new RollingShardWriter(path, new ShardLayout(new ShardSchema(columns)));
        writer.Append(1, values);
        writer.Finish();
        return ShardSet.Open([.. Directory.EnumerateFiles(path)]);
    }
}
