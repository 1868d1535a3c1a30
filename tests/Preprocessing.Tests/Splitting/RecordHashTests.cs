using Mesh.Preprocessing.Splitting;
using Mesh.Transforms.Records;
using Xunit;

namespace Mesh.Preprocessing.Tests.Splitting;

/// <summary>Equal values have equal hashes, and values that merely look alike have others.</summary>
public class RecordHashTests
{
    private static readonly RecordValue[] Different =
    [
        RecordValue.Missing, RecordValue.OfText(""), RecordValue.OfText("1"), RecordValue.OfInteger(1), RecordValue.OfNumber(1), RecordValue.OfBoolean(true),
        RecordValue.OfTimestamp(new DateTime(1, DateTimeKind.Utc)), RecordValue.OfBytes(new byte[] { 1 }), RecordValue.OfBytes(Array.Empty<byte>()),
        RecordValue.OfTexts(new[] { "1" }), RecordValue.OfTexts(new[] { "1", "" }), RecordValue.OfTexts(new[] { "", "1" }), RecordValue.OfTexts(new[] { "11" }),
        RecordValue.OfIntegers(new[] { 1L }), RecordValue.OfIntegers(new[] { 1L, 0 }), RecordValue.OfNumbers(new[] { 1.0 }),
        RecordValue.OfBoxes(new[] { new Box(1, 2, 3, 4, "cat") }), RecordValue.OfBoxes(new[] { new Box(1, 2, 3, 4, "") }), RecordValue.OfBoxes(new[] { new Box(1, 2, 4, 3, "cat") }),
        RecordValue.OfImage(RawImage.OfFile(new byte[] { 1, 2 })), RecordValue.OfImage(RawImage.OfPixels(new byte[] { 1, 2 }, 1, 2, 1)),
        RecordValue.OfImage(RawImage.OfPixels(new byte[] { 1, 2 }, 2, 1, 1)), RecordValue.OfImage(RawImage.OfPixels(new byte[] { 1, 2 }, 1, 1, 2)),
        RecordValue.OfImages(new[] { RawImage.OfFile(new byte[] { 1, 2 }) }), RecordValue.OfImages(new[] { RawImage.OfFile(new byte[] { 1 }), RawImage.OfFile(new byte[] { 2 }) }),
    ];

    [Fact]
    public void Other_values_have_other_hashes()
    {
        var hash = new RecordHash();
        Assert.Equal(Different.Length, Different.Select(value => hash.Of(value)).Distinct().Count());
        Assert.Equal(Different.Select(value => new RecordHash().Of(value)), Different.Select(value => hash.Of(value)));
    }

    [Fact]
    public void Only_the_columns_asked_for_count_and_their_borders_do()
    {
        var hash = new RecordHash();
        RecordValue[] a = [RecordValue.OfText("ab"), RecordValue.OfText("c"), RecordValue.OfInteger(1)];
        RecordValue[] b = [RecordValue.OfText("ab"), RecordValue.OfText("c"), RecordValue.OfInteger(2)];
        RecordValue[] c = [RecordValue.OfText("a"), RecordValue.OfText("bc"), RecordValue.OfInteger(1)];
        Assert.Equal(hash.Of(a, [0, 1]), hash.Of(b, [0, 1]));
        Assert.NotEqual(hash.Of(a, [0, 1, 2]), hash.Of(b, [0, 1, 2]));
        Assert.NotEqual(hash.Of(a, [0, 1]), hash.Of(c, [0, 1]));
    }
}
