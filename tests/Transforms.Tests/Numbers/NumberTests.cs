using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Numbers;

public class NumberTests
{
    private static readonly RecordSchema Schema = new(
        new RecordColumn("rooms", ColumnKind.Integer), new RecordColumn("price", ColumnKind.Number),
        new RecordColumn("sold", ColumnKind.Boolean), new RecordColumn("at", ColumnKind.Timestamp), new RecordColumn("photo", ColumnKind.Image));

    [Fact]
    public void Every_numeric_column_becomes_a_scalar_in_place()
    {
        var fitted = Fit(Of("number", inputs: ["rooms", "price", "sold", "at"]));
        Assert.All(fitted.Columns, column => Assert.Equal((Shards.ElementType.Float32, true), (column.ElementType, column.IsScalar)));
        Assert.All(fitted.Outputs, output => Assert.Null(output.Batch));
        var house = House(3, 12.5, true);
        // 2000-01-01 is 10,957 days after 1970-01-01: 946,684,800 s, which float32 has exactly.
        Assert.Equal([3, 12.5f, 1, 946_684_800], fitted.Columns.Select(column => fitted.Floats(house, column.Name).Single()));
    }

    [Fact]
    public void One_after_the_other_in_the_order_of_the_inputs()
    {
        var fitted = Fit(Of("number", inputs: ["price"], outputs: ["half"]), Of("concat", inputs: ["sold", "half", "rooms"], outputs: ["x"]));
        Assert.Equal([3], fitted.Columns.Single().Shape);
        Assert.Equal([0, 2.5f, 7], fitted.Floats(House(7, 2.5, false), "x"));
    }

    [Theory]
    [InlineData("number")]
    [InlineData("concat")]
    public void A_missing_value_names_record_and_column(string type)
    {
        var fitted = Fit(Of(type, inputs: ["rooms", "price"]));
        var e = Assert.Throws<TransformException>(() => fitted.Row(House(3, null, true)));
        Assert.Equal($"{type}: record 'house': 'price' is missing", e.Message);
    }

    [Theory]
    [InlineData(1e300, "1E+300")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void A_value_that_float32_cannot_hold_is_refused(double value, string said)
    {
        var e = Assert.Throws<TransformException>(() => Fit(Of("number", inputs: ["price"], name: "target")).Row(House(3, value, true)));
        Assert.Equal($"target: record 'house': 'price' is {said}, which float32 cannot hold as a number", e.Message);
    }

    [Fact]
    public void Images_are_no_numbers() => Assert.Equal(
        ["transforms[0].inputs[1] 'photo' is image; it must be integer or number or boolean or timestamp"],
        TestTransforms.Violations(Schema, [], Of("number", inputs: ["rooms", "photo"])));

    private static FittedPipeline Fit(params TransformSpec[] steps)
    {
        var pipeline = Pipeline.Create(new(steps), Schema);
        return pipeline.Finish(pipeline.Unfitted);
    }

    private static RawRecord House(long rooms, double? price, bool sold) => new("house", Schema, new[]
    {
        RecordValue.OfInteger(rooms), price is { } known ? RecordValue.OfNumber(known) : default, RecordValue.OfBoolean(sold),
        RecordValue.OfTimestamp(new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc)), default,
    });
}
