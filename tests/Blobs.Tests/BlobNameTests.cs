namespace Mesh.Blobs.Tests;

public class BlobNameTests
{
    private const string Digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public void A_digest_parses_and_prints()
    {
        Assert.Equal(Digits, BlobDigest.Parse(Digits).ToString());
        Assert.Equal(BlobDigest.Parse(Digits), BlobDigest.Of("abc"u8));
        Assert.Equal(BlobDigest.Of("abc"u8), BlobDigest.FromHash(BlobDigest.Of("abc"u8).ToHash()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ba7816bf")]
    [InlineData("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData(Digits + "0")]
    [InlineData("sha256:" + Digits)]
    [InlineData("../7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    public void Anything_else_is_no_digest(string? text)
    {
        Assert.False(BlobDigest.TryParse(text, out var digest));
        Assert.Throws<InvalidOperationException>(() => digest.Hex);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("0-team")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz")]
    public void A_scope_takes_names(string name) => Assert.Equal($"ingest/{name}", new BlobScope("ingest", name).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("A")]
    [InlineData("a\n")]
    [InlineData("é")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyzz")]
    public void A_scope_refuses_what_is_no_name(string name)
    {
        Assert.Throws<ArgumentException>(() => new BlobScope("ingest", name));
        Assert.Throws<ArgumentException>(() => new BlobScope(name, "default"));
    }
}
