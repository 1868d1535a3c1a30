using Mesh.Transforms.Scalars;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Ids;

public class IdTests
{
    public static TheoryData<ColumnKind, object[], object, string[]> Kinds => new()
    {
        { ColumnKind.Text, ["u9", "u10", "U1"], "zz", ["U1", "u10", "u9"] },
        { ColumnKind.Integer, [9L, 10L, -5L, 9L], 11L, ["-5", "9", "10"] },
        { ColumnKind.Number, [0.5, 1e20, -2.0, -0.0], 3.0, ["-2", "0", "0.5", "1E+20"] },
        { ColumnKind.Boolean, [true], false, ["true"] },
        { ColumnKind.Timestamp, [DateTime.UnixEpoch.AddTicks(1), DateTime.UnixEpoch], DateTime.UnixEpoch.AddTicks(2), ["1970-01-01T00:00:00.0000000Z", "1970-01-01T00:00:00.0000001Z"] },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Ids_of_any_kind_are_sorted_counted_from_1_and_found_again(ColumnKind kind, object[] training, object unknown, string[] expected)
    {
        var table = new Table(("id", kind));
        var fitted = table.Fit([.. training.Select(id => new[] { id }), [null]], Of("id", inputs: ["id"]));
        fitted = FittedPipeline.Parse(fitted.ToJson());
        Assert.Equal(expected.Length + 1, fitted.Output("id")!.IndexCount);
        var ids = fitted.Output("id")!.Ids!;
        Assert.Equal((kind, expected.Length), (ids.Kind, ids.Count));
        Assert.Equal(expected, Enumerable.Range(1, ids.Count).Select(index => ids[index]));
        Assert.Equal([0, 0], new[] { unknown, null }.Select(id => fitted.Index(table.Row(id), "id")));
        foreach (var id in training)
            Assert.Equal(ScalarText.Format(table.Row(id).Values.Span[0]), ids[fitted.Index(table.Row(id), "id")]);
        Assert.Null(ids[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ids[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ids[ids.Count + 1]);
    }

    [Fact]
    public void More_than_the_maximum_fail_the_fit()
    {
        var table = new Table(("id", ColumnKind.Integer));
        var fitter = table.Pipeline(Of("id", """{"maximum":2}""", ["id"])).NewFitter();
        fitter.Observe(table.Row(1));
        fitter.Observe(table.Row(2));
        fitter.Observe(table.Row(1));
        var e = Assert.Throws<TransformException>(() => fitter.Observe(table.Named("r3", 3)));
        Assert.Equal("id: record 'r3': 'id' has more than 2 different values, or they have more than 67108864 characters; raise maximum, or take hash", e.Message);
    }

    [Theory]
    [InlineData("""["2","1"]""")]
    [InlineData("""["1","1"]""")]
    [InlineData("""["1","02"]""")]
    [InlineData("""["1",2]""")]
    public void Damaged_lists_are_refused(string ids)
    {
        var table = new Table(("id", ColumnKind.Integer));
        var json = System.Text.Encoding.UTF8.GetString(table.Fit([[1], [2]], Of("id", inputs: ["id"])).ToJson());
        var e = Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(System.Text.Encoding.UTF8.GetBytes(json.Replace("""["1","2"]""", ids))));
        Assert.Equal("transforms[0].fitted.columns[0].ids", e.Violations[0].Field);
    }

    [Fact]
    public void Another_column_has_no_ids()
    {
        var table = new Table(("n", ColumnKind.Integer));
        var output = table.Fit([[1]], Of("ordinal", inputs: ["n"])).Output("n")!;
        Assert.Null(output.Ids);
        Assert.Empty(output.ClassNames);
    }
}
