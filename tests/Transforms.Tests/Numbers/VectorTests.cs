using System.Runtime.InteropServices;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Numbers;

public class VectorTests
{
    private static readonly RecordSchema Schema = new(new RecordColumn("embedding", ColumnKind.NumberList), new RecordColumn("counts", ColumnKind.IntegerList));

    [Fact]
    public void Lists_of_numbers_are_float32_vectors_and_can_be_put_together()
    {
        var pipeline = Pipeline.Create(new([Of("vector", """{"length":3}""", ["embedding"]), Of("vector", """{"length":2}""", ["counts"]), Of("concat", inputs: ["counts", "embedding"])]), Schema);
        Assert.Equal(0, pipeline.FitPasses);
        var fitted = FittedPipeline.Parse(pipeline.Finish(pipeline.Unfitted).ToJson());
        Assert.Equal([5], fitted.Columns.Single().Shape);
        // 16777217 is the first integer that float32 rounds.
        Assert.Equal([16777216, -7, 0.5f, -1e30f, 0.1f], Floats(fitted, Record([0.5, -1e30, 0.1], [16777217, -7])));
    }

    [Theory]
    [InlineData(new[] { 1.0, 2 }, "'embedding' has 2 numbers; every list has 3 (length)")]
    [InlineData(new double[0], "'embedding' has 0 numbers; every list has 3 (length)")]
    [InlineData(new[] { 1, double.NaN, 2 }, "number 1 of 'embedding' is NaN, which float32 cannot hold")]
    [InlineData(new[] { 1, 2, 1e39 }, "number 2 of 'embedding' is 1E+39, which float32 cannot hold")]
    [InlineData(null, "'embedding' is missing")]
    public void What_is_no_such_list_is_refused(double[]? list, string reason)
    {
        var pipeline = Pipeline.Create(new([Of("vector", """{"length":3}""", ["embedding"])]), Schema);
        var refused = Assert.Throws<TransformException>(() => Floats(pipeline.Finish(pipeline.Unfitted), Record(list, [])));
        Assert.Equal(("vector", "r", reason), (refused.Transform, refused.Record, refused.Reason));
    }

    [Fact]
    public void Only_lists_of_numbers_are_taken()
    {
        var table = new Table(("name", ColumnKind.Text));
        Assert.Equal(["transforms[0].inputs[0] 'name' is text; it must be number_list or integer_list"], table.Violations(Of("vector", """{"length":3}""", ["name"])));
        Assert.Contains(table.Violations(Of("vector", inputs: ["name"])), violation => violation.StartsWith("transforms[0].parameters.length", StringComparison.Ordinal));
    }

    private static RawRecord Record(double[]? embedding, long[] counts) =>
        new("r", Schema, new[] { embedding is null ? RecordValue.Missing : RecordValue.OfNumbers(embedding), RecordValue.OfIntegers(counts) });

    private static float[] Floats(FittedPipeline fitted, RawRecord record) => MemoryMarshal.Cast<byte, float>(fitted.Row(record)[0]).ToArray();
}
