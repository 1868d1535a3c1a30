using Mesh.Ingest.Records;
using Mesh.Ingest.Records.Filters;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;
using Xunit;

namespace Mesh.Ingest.Tests.Records;

public sealed class RecordFilterTests
{
    private static readonly Schema People = new()
    {
        Columns =
        {
            new Column { Name = "name", Type = ColumnType.String }, new Column { Name = "age", Type = ColumnType.Int64 }, new Column { Name = "height in m", Type = ColumnType.Double },
            new Column { Name = "member", Type = ColumnType.Bool }, new Column { Name = "born", Type = ColumnType.Timestamp }, new Column { Name = "tags", Type = ColumnType.StringList },
        },
    };

    [Theory]
    [InlineData("", "Ada,Bob,Cy,Di")]
    [InlineData("age > 36", "Bob")]
    [InlineData("age >= 36", "Ada,Bob")]
    [InlineData("age < 36.5", "Ada,Cy")]
    [InlineData("age != 36", "Bob,Cy")]
    [InlineData("age = null", "Di")]
    [InlineData("NOT age = null AND member = true", "Ada")]
    [InlineData("name = \"Ada\" OR name = \"Cy\" AND age > 100", "Ada")]
    [InlineData("(name = \"Ada\" OR name = \"Cy\") AND age < 20", "Cy")]
    [InlineData("NOT NOT member = false", "Bob,Cy,Di")]
    [InlineData("`height in m` <= 1.7", "Ada,Cy")]
    [InlineData("born >= \"1950-01-01\" AND born < \"2000-01-01T00:00:00Z\"", "Bob")]
    [InlineData("tags:\"x\"", "Ada,Cy")]
    [InlineData("name:\"d\"", "Ada")]
    [InlineData("name = \"say \\\"hi\\\"\"", "")]
    public void Conditions_hold_for_the_records_one_expects(string filter, string expected)
    {
        var condition = RecordFilter.Parse(filter, People);
        Assert.Equal(expected, string.Join(',', Rows().Where(condition).Select(r => r.Text(0).ToString())));
    }

    [Theory]
    [InlineData("ag > 3", "at character 1: there is no column ag; the columns are name, age, height in m, member, born, tags.")]
    [InlineData("age > \"x\"", "at character 7: age is a whole number, which > x does not fit.")]
    [InlineData("age >", "at character 6: expected a text in quotes, a number, true, false or null, found the end.")]
    [InlineData("age > 3 name = \"x\"", "at character 9: expected AND, OR or the end, found name.")]
    [InlineData("(age > 3", "at character 9: expected \")\", found the end.")]
    [InlineData("name = \"x", "at character 8: a quote is not closed.")]
    [InlineData("age ? 3", "at character 5: '?' has no meaning here.")]
    [InlineData("age > null", "at character 5: null can only be compared by = and !=.")]
    [InlineData("member > true", "at character 10: member is true or false, which > true does not fit.")]
    [InlineData("age:\"3\"", "at character 4: age is a whole number, and only strings, lists of strings and boxes (by their labels) contain a text.")]
    public void What_is_wrong_is_said_with_its_place(string filter, string problem) =>
        Assert.Equal(problem, Assert.Throws<MeshException>(() => RecordFilter.Parse(filter, People)).Violations.Single().Description);

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Assert.Throws<MeshException>(() => RecordFilter.Parse(new string('(', 3000), People));
        Assert.Throws<MeshException>(() => RecordFilter.Parse(new string(' ', 5000), People));
        Assert.Single(Rows(), r => RecordFilter.Parse(string.Concat(Enumerable.Repeat("NOT ", 1000)) + "age = 36", People)(r));
    }

    private static IEnumerable<RecordRow> Rows()
    {
        yield return Row("Ada", 36, 1.65, true, new DateTime(1815, 12, 10), ["x", "y"]);
        yield return Row("Bob", 41, 1.80, false, new DateTime(1960, 1, 1), []);
        yield return Row("Cy", 7, 1.20, false, new DateTime(2010, 5, 5), ["x"]);
        yield return Row("Di", null, null, false, null, null);
    }

    private static RecordRow Row(string name, long? age, double? height, bool member, DateTime? born, string[]? tags)
    {
        var row = new RecordRow(People);
        row.SetText(0, name);
        row.SetInteger(3, member ? 1 : 0);
        if (age is { } a)
        {
            row.SetInteger(1, a);
        }

        if (height is { } h)
        {
            row.SetNumber(2, h);
        }

        if (born is { } b)
        {
            row.SetInteger(4, b.Ticks);
        }

        if (tags is not null)
        {
            row.SetList(5, tags);
        }

        return row;
    }
}
