using System.Buffers.Binary;
using CsCheck;
using Mesh.Transforms.Scalars;
using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Categories;

public class HashTests
{
    private static readonly Table Values = new(("t", ColumnKind.Text), ("n", ColumnKind.Integer));

    [Theory]
    [InlineData("a", 0, 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0, 0x44BC2CF5AD770999)]
    [InlineData("I want an unsigned 64-bit seed!", 0, 0xD4CB0A70A2B8C7C1)]
    [InlineData("I want an unsigned 64-bit seed!", 1, 0xCE5087F12470D961)]
    public void Texts_hash_as_published(string text, long seed, ulong expected) => Assert.Equal(expected, ScalarHash.Of(RecordValue.OfText(text), seed));

    [Fact]
    public void Integers_hash_as_their_bytes()
    {
        // The eight bytes of "abcdefgh" as an integer, and as a text.
        var integer = BinaryPrimitives.ReadInt64LittleEndian("abcdefgh"u8);
        Assert.Equal(ScalarHash.Of(RecordValue.OfText("abcdefgh"), 5), ScalarHash.Of(RecordValue.OfInteger(integer), 5));
    }

    [Fact]
    public void An_index_is_the_hash_modulo_the_buckets()
    {
        var fitted = Values.Fit([], Of("hash", """{"buckets":1000}""", ["t", "n"]));
        Assert.Equal((long)(0x44BC2CF5AD770999UL % 1000), fitted.Index(Values.Row("abc", 1), "t"));
        Assert.Equal(1000, fitted.Output("t")!.IndexCount);
        Assert.Equal("'n' is missing", Assert.Throws<TransformException>(() => fitted.Row(Values.Row("a", null))).Reason);
        Assert.Equal("'t' is missing", Assert.Throws<TransformException>(() => fitted.Row(Values.Row("", 1))).Reason);
    }

    [Fact]
    public void Missing_values_may_have_a_bucket_of_their_own()
    {
        var fitted = Values.Fit([], Of("hash", """{"buckets":1000,"missing":"bucket"}""", ["t", "n"]));
        Assert.Equal([1000, 1000], new[] { fitted.Index(Values.Row(null, 1), "t"), fitted.Index(Values.Row("a", null), "n") });
        Assert.Equal(1001, fitted.Output("t")!.IndexCount);
        var crossed = Values.Fit([], Of("hash", """{"buckets":1000,"missing":"bucket","cross":true}""", ["t", "n"]));
        Assert.Equal(1000, crossed.Index(Values.Row("a", null), "t_x_n"));
        Assert.InRange(crossed.Index(Values.Row("a", 1), "t_x_n"), 0, 999);
    }

    [Fact]
    public void A_cross_is_the_hash_of_the_hashes()
    {
        var fitted = Values.Fit([], Of("hash", """{"buckets":2147483648,"seed":1,"cross":true}""", ["t", "n"]));
        Assert.Equal(["t_x_n"], fitted.Columns.Select(column => column.Name));
        Span<byte> hashes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(hashes, 0xCE5087F12470D961);
        BinaryPrimitives.WriteUInt64LittleEndian(hashes[8..], ScalarHash.Of(RecordValue.OfInteger(7), 1));
        Assert.Equal((long)(System.IO.Hashing.XxHash64.HashToUInt64(hashes, 1) % (1UL << 31)), fitted.Index(Values.Row("I want an unsigned 64-bit seed!", 7), "t_x_n"));
    }

    [Fact]
    public void Every_text_has_a_bucket_and_buckets_fill_evenly()
    {
        var fitted = Values.Fit([], Of("hash", """{"buckets":64}""", ["t"]));
        Gen.String.Where(text => text.Length > 0).Sample(text => Assert.InRange(fitted.Index(Values.Row(text, 0), "t"), 0, 63), iter: 500, threads: 1);
        Assert.InRange(fitted.Index(Values.Row(new string('ü', 100_000), 0), "t"), 0, 63);

        // 100 in each are expected; 64 buckets within six standard deviations.
        var filled = Enumerable.Range(0, 6400).CountBy(i => fitted.Index(Values.Row($"user {i}", 0), "t")).ToArray();
        Assert.Equal(64, filled.Length);
        Assert.All(filled, bucket => Assert.InRange(bucket.Value, 40, 160));
    }

    [Fact]
    public void Numbers_are_refused() => Assert.Equal(
        ["transforms[0].inputs[0] 'x' is number; it must be text or integer", "transforms[1].parameters.buckets is required: integer, 2 to 2147483648"],
        new Table(("x", ColumnKind.Number)).Violations(Of("hash", """{"buckets":9}""", ["x"]), Of("hash", inputs: ["x"])));
}
