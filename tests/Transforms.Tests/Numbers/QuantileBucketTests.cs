using CsCheck;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Numbers;

public class QuantileBucketTests
{
    private static readonly Table Numbers = new(("x", ColumnKind.Number));

    [Fact]
    public void Boundaries_are_quantiles_and_belong_to_the_bucket_above()
    {
        // Quartiles of 1 … 9 are 3, 5 and 7.
        var fitted = Fit("""{"buckets":4}""", 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], new[] { -100, 2.9, 3, 4.9, 5, 6.9, 7, 100 }.Select(x => Bucket(fitted, x)));
        Assert.Equal(4, fitted.Output("x")!.IndexCount);
        Assert.Equal("'x' is missing", Assert.Throws<TransformException>(() => Bucket(fitted, null)).Reason);
    }

    [Fact]
    public void Equal_boundaries_are_one_and_the_least_number_is_none()
    {
        // Quartiles 0, 0, 5: the lower two are the least number.
        var fitted = Fit("""{"buckets":4}""", 0, 0, 0, 0, 0, 5, 5, 9);
        Assert.Equal([0, 0, 1, 1], new double?[] { -1, 0, 5, 9 }.Select(x => Bucket(fitted, x)));
        Assert.Equal(2, fitted.Output("x")!.IndexCount);

        var constant = Fit("""{"buckets":10}""", 3, 3, 3);
        Assert.Equal([0, 0], new double?[] { 3, 1000 }.Select(x => Bucket(constant, x)));
        Assert.Equal(1, constant.Output("x")!.IndexCount);
    }

    [Fact]
    public void A_missing_number_may_have_a_bucket_of_its_own()
    {
        var fitted = Fit("""{"buckets":2,"missing":"bucket"}""", 1, 2, null, 3);
        Assert.Equal([0, 1, 1, 2, 2], new double?[] { 1, 2, 3, null, double.NaN }.Select(x => Bucket(fitted, x)));
        Assert.Equal(3, fitted.Output("x")!.IndexCount);
    }

    [Fact]
    public void Buckets_of_different_numbers_are_equally_full() => Gen.Select(Gen.Int[2, 12], Gen.Int[20, 300], Gen.Int).Sample((buckets, count, seed) =>
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, count).Select(_ => random.NextDouble()).Distinct().ToArray();
        var fitted = Fit($$"""{"buckets":{{buckets}}}""", [.. values]);
        var filled = values.CountBy(x => Bucket(fitted, x)).ToDictionary();
        Assert.Equal(Enumerable.Range(0, buckets).Select(i => (long)i), filled.Keys.Order());
        Assert.InRange(filled.Values.Max() - filled.Values.Min(), 0, 2);
    }, iter: 50, threads: 1);

    [Theory]
    [InlineData("[3,5,7]", "[5,3,7]", "boundaries")]
    [InlineData("[3,5,7]", "[3,3,7]", "boundaries")]
    [InlineData("[3,5,7]", "7", "boundaries")]
    public void Damaged_boundaries_are_refused(string found, string replaced, string field)
    {
        var json = System.Text.Encoding.UTF8.GetString(Fit("""{"buckets":4}""", 1, 2, 3, 4, 5, 6, 7, 8, 9).ToJson());
        var e = Assert.Throws<PipelineSpecException>(() => FittedPipeline.Parse(System.Text.Encoding.UTF8.GetBytes(json.Replace(found, replaced))));
        Assert.Equal($"transforms[0].fitted.columns[0].{field}", e.Violations[0].Field);
    }

    private static FittedPipeline Fit(string parameters, params double?[] values) =>
        Numbers.Fit([.. values.Select(x => new object?[] { x })], Of("quantile-bucket", parameters, ["x"]));

    private static long Bucket(FittedPipeline fitted, double? x) => fitted.Index(Numbers.Row(x), "x");
}
