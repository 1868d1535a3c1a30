using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Fitting;

/// <summary>Every transform for tables at once, two passes: what holds of all their fits.</summary>
public class TableFitTests
{
    private const int Header = 4 + 1 + 32;

    private static readonly Table Columns = new(
        ("x", ColumnKind.Number), ("n", ColumnKind.Integer), ("t", ColumnKind.Text), ("b", ColumnKind.Boolean), ("at", ColumnKind.Timestamp), ("tags", ColumnKind.TextList));

    private static readonly Pipeline Everything = Columns.Pipeline(
        Of("impute", """{"strategy":"mean","indicator":true}""", ["x"], ["mean", "was_missing"]),
        Of("impute", inputs: ["x", "n", "at"], outputs: ["median", "count", "moment"]),
        Of("impute", """{"strategy":"most-frequent"}""", ["t", "b", "n"], ["text", "yes", "often"]),
        Of("log", """{"symmetric":true}""", ["mean"], ["logged"]),
        Of("standardize", inputs: ["mean", "x"], outputs: ["standard", "unused"]),
        Of("min-max", """{"clip":true}""", ["median", "moment"], ["ranged", "period"]),
        Of("impute", """{"strategy":"constant","constant":0}""", ["unused"], ["filled"]),
        Of("quantile-bucket", """{"buckets":4,"missing":"bucket"}""", ["x", "n"], ["bucket", "counts"]),
        Of("one-hot", """{"unknown":"zeros"}""", ["bucket", "b"], ["bucket_hot", "b_hot"]),
        Of("one-hot", """{"maximum":2,"unknown":"other"}""", ["t"], ["t_hot"]),
        Of("ordinal", inputs: ["text", "yes"]),
        Of("hash", """{"buckets":16,"missing":"bucket","cross":true}""", ["t", "n"]),
        Of("date-parts", """{"parts":["month","hour"],"cyclic":true}""", ["moment"], ["date"]),
        Of("id", inputs: ["t", "n", "x", "b", "at"], outputs: ["t_id", "n_id", "x_id", "b_id", "at_id"]),
        Of("multi-label", inputs: ["tags"]),
        Of("concat", inputs: ["logged", "standard", "ranged", "period", "filled", "count", "counts", "often", "was_missing", "bucket_hot", "b_hot", "t_hot", "date"]));

    // The first record has everything, so that there is something to learn.
    private static readonly RawRecord Full = Columns.Row(1.5, 3, "a", true, DateTime.UnixEpoch, new[] { "p", "q" });

    private static readonly Gen<RawRecord[]> Records = Gen.Select(
        Maybe(Gen.OneOf(Gen.Double[-1e3, 1e3], Gen.OneOf<double>(0, 0.5, double.NaN, 1e300))), Maybe(Gen.Long[-3, 3]), Maybe(Gen.OneOf("a", "b", "c", "é", "")),
        Maybe(Gen.Bool), Maybe(Gen.Int[0, 1 << 30].Select(seconds => DateTime.UnixEpoch.AddSeconds(seconds))), Maybe(Gen.OneOf("p", "q", "r").Array[0, 3]))
        .Select(row => Columns.Row(row.Item1, row.Item2, row.Item3, row.Item4, row.Item5, row.Item6)).Array[0, 25].Select(records => (RawRecord[])[Full, .. records]);

    [Fact]
    public void Any_split_in_any_order_gives_the_same_bytes_in_each_pass() => Gen.Select(Records, Gen.Int[1, 5], Gen.Int).Sample((records, parts, seed) =>
    {
        Assert.Equal(2, Everything.FitPasses);
        var (random, state) = (new Random(seed), Everything.Unfitted);
        while (state.Passes < Everything.FitPasses)
        {
            var whole = Everything.NewFitter(state);
            foreach (var record in records)
                whole.Observe(record);
            random.Shuffle(records);
            var fitters = Enumerable.Range(0, parts).Select(_ => Everything.NewFitter(state)).ToArray();
            foreach (var record in records)
                fitters[random.Next(parts)].Observe(record);
            var merged = Everything.NewFitter(state);
            foreach (var fitter in fitters)
                merged.Merge(Everything.LoadFitter(fitter.Save(), state));
            Assert.Equal(whole.Save(), merged.Save());
            Assert.Equal(whole.Complete().ToJson(), merged.Complete().ToJson());
            state = Everything.ParseState(merged.Complete().ToJson());
        }
    }, iter: 30, threads: 1);

    [Fact]
    public void What_was_learned_from_can_be_applied_and_so_can_what_is_read_back() => Records.Sample(records =>
    {
        var fitted = Pipelines.Fit(Everything, records);
        var copy = FittedPipeline.Parse(fitted.ToJson());
        Assert.Equal(fitted.ToJson(), copy.ToJson());
        foreach (var record in records)
        {
            var row = fitted.Row(record);
            Assert.Equal(row, copy.Row(record));
            foreach (var (output, cell) in fitted.Outputs.Zip(row))
            {
                if (output.IndexCount is { } count)
                    Assert.InRange(BitConverter.ToInt64(cell), 0, count - 1);
            }
        }
    }, iter: 30, threads: 1);

    [Fact]
    public void Damaged_fits_are_refused_or_read_as_another_state()
    {
        var state = Everything.Unfitted;
        for (; state.Passes < Everything.FitPasses; state = Fitted(state).Complete())
        {
            var (before, good) = (state, Fitted(state).Save());
            Damage.Changes.Sample(changes =>
            {
                var bad = Damage.To(good, changes, Header);
                try
                {
                    var fitter = Everything.LoadFitter(bad, before);
                    Assert.Equal(bad, fitter.Save());
                    var sum = Fitted(before);
                    sum.Merge(fitter);
                    sum.Complete();
                }
                catch (Exception e) when (e is PipelineSpecException or TransformException)
                {
                }
            }, iter: 500, threads: 1);
            for (var length = 0; length < good.Length; length += 11)
                Assert.Throws<PipelineSpecException>(() => Everything.LoadFitter(good.AsMemory(0, length), before));
        }
    }

    [Fact]
    public void Damaged_json_is_refused_or_read_as_another_pipeline()
    {
        var good = Pipelines.Fit(Everything, [Full, Columns.Row(2.5, 4, "b", false, DateTime.UnixEpoch.AddDays(1), null)]).ToJson();
        Damage.Changes.Sample(changes =>
        {
            try
            {
                FittedPipeline.Parse(Damage.To(good, changes, 0)).Row(Full);
            }
            catch (Exception e) when (e is PipelineSpecException or TransformException or ArgumentException { ParamName: "schema" })
            {
            }
        }, iter: 2_000, threads: 1);
    }

    private static PipelineFitter Fitted(FittedState state)
    {
        var fitter = Everything.NewFitter(state);
        fitter.Observe(Full);
        fitter.Observe(Columns.Row(-2.5, 5, "b", false, DateTime.UnixEpoch.AddDays(40), new[] { "r" }));
        fitter.Observe(Columns.Row(null, null, null, null, null, null));
        return fitter;
    }

    private static Gen<object?> Maybe<T>(Gen<T> values) => Gen.Frequency((4, values.Select(value => (object?)value)), (1, Gen.Const((object?)null)));
}
