using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Records;

public class RecordTests
{
    [Fact]
    public void Values_are_what_they_were_made_of()
    {
        var moment = new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc);
        Assert.Equal("x", RecordValue.OfText("x").Text);
        Assert.True(RecordValue.OfText(null).IsMissing);
        Assert.Equal(long.MinValue, RecordValue.OfInteger(long.MinValue).Integer);
        Assert.Equal(double.Epsilon, RecordValue.OfNumber(double.Epsilon).Number);
        Assert.True(RecordValue.OfBoolean(true).Boolean);
        Assert.Equal((moment, DateTimeKind.Utc), (RecordValue.OfTimestamp(moment).Timestamp, RecordValue.OfTimestamp(moment).Timestamp.Kind));
        Assert.Throws<ArgumentException>(() => RecordValue.OfTimestamp(DateTime.SpecifyKind(moment, DateTimeKind.Local)));
        // Parts of arrays stay parts.
        Assert.Equal([3, 4], RecordValue.OfBytes(new byte[] { 1, 2, 3, 4, 5 }.AsMemory(2, 2)).Bytes.ToArray());
        Assert.Equal([8], RecordValue.OfIntegers(new long[] { 7, 8 }.AsMemory(1)).Integers.ToArray());
        Assert.Equal([.5], RecordValue.OfNumbers(new[] { .5 }).Numbers.ToArray());
        Assert.Equal(["a", "b"], RecordValue.OfTexts(new[] { "a", "b" }).Texts.ToArray());
        Assert.Empty(RecordValue.OfTexts(default).Texts.ToArray());
        var box = new Box(1, 2, 3, 4, "cat");
        Assert.Equal([box], RecordValue.OfBoxes(new[] { box }).Boxes.ToArray());
        var image = RawImage.OfPixels(new byte[2], 1, 2, 1);
        Assert.Same(image, RecordValue.OfImage(image).Image);
        Assert.Same(image, RecordValue.OfImages(new[] { image }).Images[0]);
        Assert.Equal("A value is text, not number.", Assert.Throws<InvalidOperationException>(() => RecordValue.OfText("x").Number).Message);
        Assert.Equal("There is no text: the value is missing.", Assert.Throws<InvalidOperationException>(() => RecordValue.Missing.Text).Message);
    }

    [Fact]
    public void Schemas_have_names_once_and_kinds_of_data()
    {
        Assert.Throws<ArgumentException>(() => new RecordSchema(new RecordColumn("a", ColumnKind.Text), new RecordColumn("a", ColumnKind.Text)));
        Assert.Throws<ArgumentException>(() => new RecordSchema(new RecordColumn("", ColumnKind.Text)));
        Assert.Throws<ArgumentException>(() => new RecordSchema(new RecordColumn("a", ColumnKind.Pixels)));
        Assert.Throws<ArgumentException>(() => new RawRecord("r", Tables.Integers, new RecordValue[2]));
        Assert.All(Enum.GetValues<ColumnKind>().Where(kind => kind.IsData), kind => Assert.Equal(kind, ColumnKindWords.OfData(kind.Word)));
        Assert.Equal(ColumnKind.Unknown, ColumnKindWords.OfData("pixels"));
    }

    [Fact]
    public void Columns_are_found_by_name_whatever_else_a_record_has()
    {
        var fitted = Finish(Pipeline.Create(new([Of("concat", inputs: ["b", "c"])]), Tables.Numbers));
        Assert.Equal(["b", "c"], fitted.Sources.Select(column => column.Name));
        var turned = new RecordSchema(new RecordColumn("c", ColumnKind.Number), new RecordColumn("x", ColumnKind.Text), new RecordColumn("b", ColumnKind.Number));
        for (var times = 0; times < 2; times++)
        {
            Assert.Equal([2, 3], fitted.Floats(Tables.Row(1, 2, 3), "features"));
            Assert.Equal([5, 4], fitted.Floats(new("r", turned, new[] { RecordValue.OfNumber(4), default, RecordValue.OfNumber(5) }), "features"));
        }
    }

    [Fact]
    public void A_column_that_a_record_lacks_is_missing()
    {
        var fitted = Finish(Pipeline.Create(new([Of("number", inputs: ["b"])]), Tables.Numbers));
        Assert.Equal("'b' is missing", Assert.Throws<TransformException>(() => fitted.Row(Tables.Integer(1))).Reason);
    }

    [Fact]
    public void A_column_of_another_kind_is_the_callers_mistake()
    {
        var fitted = Finish(Pipeline.Create(new([Of("number", inputs: ["n"])]), Tables.Integers));
        var other = new RecordSchema(new RecordColumn("n", ColumnKind.Number));
        Assert.Throws<ArgumentException>("schema", () => fitted.Row(new("r", other, new RecordValue[1])));
        Assert.Throws<ArgumentException>("record", () => fitted.Row(new("r", Tables.Integers, new[] { RecordValue.OfNumber(1) })));
        // And the next record is none the worse for it.
        Assert.Equal([1], fitted.Floats(Tables.Integer(1), "n"));
    }

    private static FittedPipeline Finish(Pipeline pipeline) => pipeline.Finish(pipeline.Unfitted);
}
