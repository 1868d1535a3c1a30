using System.Runtime.InteropServices;
using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Series;

public class WindowTests
{
    private static readonly RecordSchema Days = new(
        new RecordColumn("day", ColumnKind.Integer), new RecordColumn("city", ColumnKind.Text), new RecordColumn("rain", ColumnKind.Number), new RecordColumn("sun", ColumnKind.Number));

    /// <param name="Rain">NaN for missing.</param>
    private readonly record struct Day(long Number, string City, double Rain, double Sun);

    [Fact]
    public void Windows_and_what_comes_after_them()
    {
        var fitted = Fit("""{"length":3,"horizon":2,"targets":["sun"],"time":"day"}""", "day", "rain", "sun");
        Assert.True(fitted.IsSequence);
        Assert.Equal([[3, 2], [2]], fitted.Columns.Select(column => column.Shape.ToArray()));
        Assert.Equal(["window", "target"], fitted.Columns.Select(column => column.Name));
        var rows = Rows(fitted, Line(6));
        Assert.Equal(2, rows.Count);
        Assert.Equal([0, 100, 1, 101, 2, 102], rows[0].Window);
        Assert.Equal([103, 104], rows[0].Target);
        Assert.Equal([1, 101, 2, 102, 3, 103], rows[1].Window);
        Assert.Equal([104, 105], rows[1].Target);
    }

    [Fact]
    public void Several_targets_are_a_matrix_and_features_are_chosen()
    {
        var fitted = Fit("""{"length":2,"horizon":2,"targets":["sun","rain"],"features":["rain"]}""", "rain", "sun");
        Assert.Equal([[2, 1], [2, 2]], fitted.Columns.Select(column => column.Shape.ToArray()));
        var (window, target) = Assert.Single(Rows(fitted, Line(4)));
        Assert.Equal([0, 1], window);
        Assert.Equal([102, 2, 103, 3], target);
    }

    [Fact]
    public void Vectors_are_features_too()
    {
        var pipeline = Pipeline.Create(new(
        [
            Of("concat", inputs: ["rain", "sun"], outputs: ["both"]),
            Of("window", """{"length":2,"targets":["rain"],"features":["both","rain"]}""", ["both", "rain"]),
        ]), Days);
        var (window, target) = Assert.Single(Rows(Pipelines.Fit(pipeline, Array.Empty<RawRecord>().ToList()), Line(3)));
        Assert.Equal([0, 100, 0, 1, 101, 1], window);
        Assert.Equal([2], target);
    }

    [Fact]
    public void The_last_records_alone_give_a_window_without_a_target()
    {
        var fitted = Fit("""{"length":3,"horizon":2,"stride":2,"targets":["sun"],"features":["rain"],"time":"day"}""", "day", "rain", "sun");
        var serving = fitted.Select("window");
        // What is to be predicted is not known yet.
        var latest = Line(9)[^3..].Select(day => day with { Sun = double.NaN }).ToArray();
        Assert.Equal([6, 7, 8], Assert.Single(Rows(serving, latest)).Window);
        Assert.Empty(Rows(fitted, Line(4)));
        Assert.Empty(Rows(serving, latest[1..]));
    }

    [Fact]
    public void A_series_ends_at_flush()
    {
        var fitted = Fit("""{"length":1,"targets":["rain"],"features":["rain"],"time":"day"}""", "day", "rain");
        using var sequence = fitted.NewSequence();
        var rows = 0;
        // Days begin anew.
        for (var series = 0; series < 2; series++)
        {
            foreach (var day in Line(2))
                sequence.Push(Record(day), _ => rows++);
            sequence.Flush(_ => rows += 100);
        }

        Assert.Equal(2, rows);
    }

    [Fact]
    public void A_series_breaks_off_where_a_record_is_of_another_part() =>
        Gen.Select(Gen.Select(Gen.Int[0, 1], Gen.Int[0, 2]).Array[0, 60], Gen.Int[1, 4], Gen.Int[1, 3]).Sample((drawn, length, horizon) =>
        {
            var fitted = Fit($$"""{"length":{{length}},"horizon":{{horizon}},"targets":["sun"],"features":["rain"],"group":"city"}""", "city", "rain", "sun");
            var days = drawn.Select((d, i) => (Day: new Day(i, $"{d.Item1}", i, i), Part: d.Item2)).ToArray();
            var found = new List<(int Part, int End)>();
            using var sequence = fitted.NewSequence();
            for (var i = 0; i < days.Length; i++)
                sequence.Push(Record(days[i].Day), days[i].Part, _ => found.Add((days[i].Part, i)));

            // As many records of its city up to it, one after the other, as a window has, all of one part.
            var expected = Enumerable.Range(0, days.Length)
                .Where(i => days[..(i + 1)].Where(d => d.Day.City == days[i].Day.City).TakeLast(length + horizon).ToArray() is var last
                    && last.Length == length + horizon && last.All(d => d.Part == days[i].Part))
                .Select(i => (days[i].Part, i));
            Assert.Equal(expected, found);
        }, iter: 300, threads: 1);

    [Theory]
    [InlineData(5, "'day' is 5, as in the record before it; a series has to ascend")]
    [InlineData(4, "'day' is 4, before that of the record before it; a series has to ascend")]
    public void Times_that_do_not_ascend_name_the_record(long day, string reason)
    {
        var fitted = Fit("""{"length":1,"targets":["rain"],"time":"day"}""", "day", "rain");
        var e = Assert.Throws<TransformException>(() => Rows(fitted, [new(5, "x", 1, 1), new(day, "x", 1, 1)]));
        Assert.Equal(("window", $"x/{day}", reason), (e.Transform, e.Record, e.Reason));
    }

    [Fact]
    public void Each_group_has_a_time_of_its_own()
    {
        var fitted = Fit("""{"length":1,"targets":["rain"],"time":"day","group":"city"}""", "day", "city", "rain");
        Assert.Equal(2, Rows(fitted, [new(1, "a", 1, 1), new(1, "b", 2, 1), new(2, "b", 3, 1), new(2, "a", 4, 1)]).Count);
        Assert.EndsWith("before it in its group; a series has to ascend", Assert.Throws<TransformException>(
            () => Rows(fitted, [new(1, "a", 1, 1), new(2, "b", 2, 1), new(1, "a", 3, 1)])).Reason);
    }

    [Fact]
    public void Moments_are_compared_exactly_and_gaps_in_seconds()
    {
        var schema = new RecordSchema(new RecordColumn("at", ColumnKind.Timestamp), new RecordColumn("x", ColumnKind.Number));
        var fitted = Pipelines.Fit(Pipeline.Create(new([Of("window", """{"length":1,"targets":["x"],"time":"at","max_gap":60}""", ["at", "x"])]), schema), Array.Empty<RawRecord>().ToList());
        var start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal(2, Count(start, start.AddTicks(1), start.AddSeconds(60)));
        Assert.Equal(1, Count(start, start.AddTicks(1), start.AddSeconds(61)));
        Assert.Contains("2026-01-01T00:00:00.0000001Z, before that of", Assert.Throws<TransformException>(() => Count(start.AddTicks(2), start.AddTicks(1))).Reason);

        int Count(params DateTime[] moments)
        {
            var rows = 0;
            using var sequence = fitted.NewSequence();
            foreach (var moment in moments)
                sequence.Push(new("m", schema, new[] { RecordValue.OfTimestamp(moment), RecordValue.OfNumber(1) }), _ => rows++);
            return rows;
        }
    }

    [Fact]
    public void Missing_values_are_refused_by_name()
    {
        var fitted = Fit("""{"length":2,"targets":["sun"],"features":["rain"],"time":"day"}""", "day", "rain", "sun");
        Assert.Equal("'rain' is missing", Assert.Throws<TransformException>(() => Rows(fitted, [new(1, "x", double.NaN, 1)])).Reason);
        Assert.Equal("'sun' is missing", Assert.Throws<TransformException>(() => Rows(fitted, [new(1, "x", 1, double.NaN)])).Reason);
        var untimed = new RawRecord("r", Days, new[] { RecordValue.Missing, RecordValue.OfText("x"), RecordValue.OfNumber(1), RecordValue.OfNumber(1) });
        using var sequence = fitted.NewSequence();
        Assert.Equal("'day' is missing", Assert.Throws<TransformException>(() => sequence.Push(untimed, _ => { })).Reason);
    }

    [Fact]
    public void Any_series_gives_the_windows_of_a_naive_search()
    {
        var day = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 2], Gen.Int[0, 9], Gen.Int[0, 9]);
        Gen.Select(day.Array[0, 60], Gen.Int[1, 5], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Bool).Sample((drawn, length, horizon, stride, gap, withTarget) =>
        {
            // Days ascend over all groups; one value in ten is missing.
            var number = 0L;
            var days = drawn.Select(d => new Day(number += d.Item1, $"{d.Item2}", d.Item3 == 0 ? double.NaN : number + 0.5, d.Item4 == 0 ? double.NaN : -number)).ToArray();
            var fitted = Fit(FormattableString.Invariant(
                $$"""{"length":{{length}},"horizon":{{horizon}},"stride":{{stride}},"targets":["sun"],"features":["rain"],"time":"day","group":"city","max_gap":{{gap}},"missing":"skip"}"""),
                "day", "city", "rain", "sun");
            var rows = Rows(withTarget ? fitted : fitted.Select("window"), days);
            var expected = Naive(days, length, withTarget ? horizon : 0, stride, gap).ToArray();
            Assert.Equal(expected.Length, rows.Count);
            Assert.All(rows.Zip(expected), pair =>
            {
                Assert.Equal(pair.Second.Window, pair.First.Window);
                Assert.Equal(pair.Second.Target, pair.First.Target);
            });
        }, iter: 400, threads: 1);
    }

    [Theory]
    [InlineData("""{"length":2}""", "parameters.targets must name at least one input")]
    [InlineData("""{"length":2,"targets":["snow"]}""", "inputs[0] and the others have none called 'snow', which targets names")]
    [InlineData("""{"length":2,"targets":["rain"],"time":"hour"}""", "inputs[0] and the others have none called 'hour', which time names")]
    [InlineData("""{"length":2,"targets":["rain"],"max_gap":3}""", "parameters.max_gap has no meaning without time")]
    [InlineData("""{"length":2,"targets":["rain"],"time":"day","group":"day"}""", "parameters.group must be another input than time")]
    [InlineData("""{"length":2,"targets":["rain"],"time":"city"}""", "inputs[1] 'city' is text; it must be timestamp or integer or number")]
    [InlineData("""{"length":2,"targets":["rain"]}""", "inputs[1] 'city' is text; it must be a number or a float32 vector")]
    [InlineData("""{"length":2,"targets":["rain"],"features":["rain"],"group":"city"}""", "inputs[0] 'day' is integer; it has no part in it: features and targets do not name it")]
    [InlineData("""{"length":65536,"horizon":65536,"targets":["rain"],"group":"city","features":["rain","day"]}""", "")]
    public void What_is_wrong_with_it_is_said(string parameters, string problem)
    {
        var violations = Pipeline.Validate(new([Of("window", parameters, ["day", "city", "rain"])]), Days);
        Assert.Equal(problem.Length == 0 ? [] : [$"transforms[0].{problem}"], violations.Select(violation => violation.ToString()).Take(1));
    }

    [Fact]
    public void Windows_that_no_memory_holds_are_refused()
    {
        var wide = new RecordSchema([.. Enumerable.Range(0, 1000).Select(i => new RecordColumn($"c{i}", ColumnKind.Number))]);
        var violation = Assert.Single(Pipeline.Validate(new([Of("window", """{"length":65536,"horizon":65536,"targets":["c0"]}""", [.. wide.Columns.Select(column => column.Name)])]), wide));
        Assert.EndsWith("make windows that take more than 256 MiB", violation.Description);
    }

    [Fact]
    public void Too_many_groups_at_once_are_refused()
    {
        var fitted = Fit("""{"length":65000,"horizon":536,"targets":["rain"],"features":["rain"],"group":"city"}""", "city", "rain");
        var e = Assert.Throws<TransformException>(() => Rows(fitted, [.. Enumerable.Range(0, 600).Select(i => new Day(i, $"{i}", 1, 1))]));
        // 2 · 65536 · 4 bytes a group: 512 of them are 256 MiB.
        Assert.StartsWith("is of group 513;", e.Reason);
    }

    [Fact]
    public void The_digest_knows_what_columns_are_called_where_parameters_name_them()
    {
        Assert.NotEqual(Digest("a", "b"), Digest("b", "a"));
        Assert.Equal(Digest("a", "b"), Digest("a", "b"));

        // The same columns of the data in the same places, called otherwise in between.
        static string Digest(string first, string second) => Pipelines.Fit(Pipeline.Create(new(
        [
            Of("number", inputs: ["rain"], outputs: [first]), Of("number", inputs: ["sun"], outputs: [second]),
            Of("window", """{"length":2,"targets":["a"]}""", [first, second]),
        ]), Days), Array.Empty<RawRecord>().ToList()).RecordStateDigest;
    }

    private static IEnumerable<(float[] Window, float[] Target)> Naive(Day[] days, int length, int horizon, int stride, int gap)
    {
        // By the record that completes a window, as rows come in that order.
        var found = new List<(int Last, float[] Window, float[] Target)>();
        foreach (var group in days.Index().GroupBy(day => day.Item.City))
        {
            var pieces = new List<List<(int Index, Day Item)>>();
            foreach (var day in group)
            {
                if (pieces.Count == 0 || (gap > 0 && day.Item.Number - pieces[^1][^1].Item.Number > gap))
                    pieces.Add([]);
                pieces[^1].Add(day);
            }

            foreach (var piece in pieces)
            {
                for (var start = 0; start + length + horizon <= piece.Count; start += stride)
                {
                    var window = piece.Skip(start).Take(length).Select(day => (float)day.Item.Rain).ToArray();
                    var target = piece.Skip(start + length).Take(horizon).Select(day => (float)day.Item.Sun).ToArray();
                    if (!window.Concat(target).Any(float.IsNaN))
                        found.Add((piece[start + length + horizon - 1].Index, window, target));
                }
            }
        }

        return found.OrderBy(row => row.Last).Select(row => (row.Window, row.Target));
    }

    private static Day[] Line(int days) => [.. Enumerable.Range(0, days).Select(day => new Day(day, "x", day, 100 + day))];

    private static FittedPipeline Fit(string parameters, params string[] inputs) =>
        Pipelines.Fit(Pipeline.Create(new([Of("window", parameters, inputs)]), Days), Array.Empty<RawRecord>().ToList());

    private static RawRecord Record(Day day) => new($"{day.City}/{day.Number}", Days, new[]
    {
        RecordValue.OfInteger(day.Number), RecordValue.OfText(day.City),
        double.IsNaN(day.Rain) ? RecordValue.Missing : RecordValue.OfNumber(day.Rain), double.IsNaN(day.Sun) ? RecordValue.Missing : RecordValue.OfNumber(day.Sun),
    });

    private static List<(float[] Window, float[] Target)> Rows(FittedPipeline fitted, Day[] days)
    {
        var rows = new List<(float[], float[])>();
        using var sequence = fitted.NewSequence();
        foreach (var day in days)
            sequence.Push(Record(day), Take);
        sequence.Flush(Take);
        return rows;

        void Take(RowBatch row) => rows.Add((Floats(row, 0), fitted.Columns.Count > 1 ? Floats(row, 1) : []));

        static float[] Floats(RowBatch row, int column) => MemoryMarshal.Cast<byte, float>(row.Column(column).Span).ToArray();
    }
}
