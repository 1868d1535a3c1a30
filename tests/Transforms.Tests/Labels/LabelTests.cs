using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Labels;

public class LabelTests
{
    private static readonly Pipeline Plain = Pipelines.Of(("decode-image", "{}"), ("label", "{}"));

    [Fact]
    public void Seen_names_are_sorted()
    {
        var fitted = Plain.Fit(null, Of("dog"), Of("cat"), Of("Zebra"), Of(null), Of("dog"));
        Assert.Equal(["Zebra", "cat", "dog"], fitted.Labels);
        Assert.Equal(2, LabelOf(fitted, "dog"));
        Assert.Equal(0, LabelOf(fitted, "Zebra"));
        Assert.Equal(-1, LabelOf(fitted, null));
        Assert.Equal(-1, LabelOf(fitted, ""));
    }

    [Fact]
    public void Declared_names_keep_their_order_and_parameters_win()
    {
        Assert.Equal(["dog", "cat", "cow"], Plain.Fit(["dog", "cat", "cow"], Of("cat")).Labels);
        var given = Pipelines.Of(("decode-image", "{}"), ("label", """{"names":["cat","dog"]}"""));
        Assert.Equal(["cat", "dog"], given.Fit(["dog", "cat"], Of("cat")).Labels);
    }

    [Fact]
    public void An_unknown_label_is_named()
    {
        var fitted = Plain.Fit(["cat", "dog"], Of("cat"));
        var e = Assert.Throws<TransformException>(() => LabelOf(fitted, "horse"));
        Assert.Equal("label", e.Transform);
        Assert.Equal("pet/horse", e.Record);
        Assert.Equal("'horse' is not one of the 2 labels", e.Reason);

        var atFit = Assert.Throws<TransformException>(() => Plain.Fit(["cat", "dog"], Of("cat"), Of("hen"), Of("cow")));
        Assert.Contains("2 of the labels in the data are not among the 2 names: 'cow', 'hen'", atFit.Message);
    }

    [Fact]
    public void Names_given_twice_or_too_long_are_refused()
    {
        Assert.Throws<TransformException>(() => Plain.Fit(["cat", "cat"], Of("cat")));
        var fitter = Plain.NewFitter();
        Assert.Throws<TransformException>(() => fitter.Observe(Of(new string('x', 257))));
        Assert.Equal(0, fitter.Records);
    }

    [Fact]
    public void Without_the_transform_there_is_no_label()
    {
        var fitted = Pipelines.Of(("decode-image", "{}")).Fit(null, Of("cat"));
        Assert.Empty(fitted.Labels);
        Assert.Equal(["image"], fitted.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Integers_are_classes_in_the_order_of_their_values()
    {
        var schema = new RecordSchema(new RecordColumn("digit", ColumnKind.Integer));
        var pipeline = Pipeline.Create(new([TransformSpec.Of("label", inputs: ["digit"])]), schema);
        RawRecord[] records = [.. new long[] { 10, 9, -3, 9 }.Select(value => new RawRecord($"{value}", schema, new[] { RecordValue.OfInteger(value) }))];
        var fitted = Pipelines.Fit(pipeline, records);
        Assert.Equal(["-3", "9", "10"], fitted.Outputs[0].ClassNames);
        Assert.Equal([2L, 1, 0, 1], records.Select(record => BitConverter.ToInt64(fitted.Row(record)[0])));
    }

    private static RawRecord Of(string? label) => RawRecord.Raw($"pet/{label}", new byte[4], 2, 2, 1, label);

    private static long LabelOf(FittedPipeline fitted, string? label)
    {
        return fitted.LabelOf(Of(label));
    }
}
