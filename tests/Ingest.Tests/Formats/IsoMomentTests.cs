using System.Globalization;
using CsCheck;
using Mesh.Ingest.Formats.Texts;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class IsoMomentTests
{
    private static readonly string[] Patterns =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.fff", "yyyy-MM-ddTHH:mm:ss.fffffff",
        "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:sszzz",
    ];

    [Fact]
    public void Every_moment_is_read_as_the_library_writes_it() =>
        Gen.Select(Gen.Long[DateTime.MinValue.AddDays(1).Ticks, DateTime.MaxValue.AddDays(-1).Ticks], Gen.Int[0, Patterns.Length - 1].Select(i => Patterns[i]), Gen.Int[-14 * 60, 14 * 60]).Sample((ticks, pattern, minutes) =>
        {
            var offset = pattern.EndsWith("zzz", StringComparison.Ordinal) ? TimeSpan.FromMinutes(minutes) : TimeSpan.Zero;
            var text = new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(offset).ToString(pattern, CultureInfo.InvariantCulture);
            var expected = DateTimeOffset.ParseExact(text, pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks;
            Assert.True(IsoMoment.TryParse(text, out var read));
            Assert.Equal(expected, read);
        });

    [Theory]
    [InlineData("2012-02-30")]
    [InlineData("2012-13-01")]
    [InlineData("0000-01-01")]
    [InlineData("2012-1-1")]
    [InlineData("2012-01/01")]
    [InlineData("2012-01-01T")]
    [InlineData("2012-01-01T24:00")]
    [InlineData("2012-01-01T10")]
    [InlineData("2012-01-01T10:00:")]
    [InlineData("2012-01-01T10:00:00.")]
    [InlineData("2012-01-01T10:00+")]
    [InlineData("2012-01-01T10:00+1:00")]
    [InlineData("2012-01-01 1am")]
    [InlineData("0001-01-01T00:00+01:00")]
    [InlineData("20120101")]
    [InlineData("")]
    public void What_is_no_moment_is_none(string text) => Assert.False(IsoMoment.TryParse(text, out _));

    [Fact]
    public void Nothing_is_read_beyond_the_text() => Gen.String.Sample(text => IsoMoment.TryParse(text, out _) || true);
}
