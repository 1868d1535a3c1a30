using Mesh.Ingest.Formats;
using Xunit;

namespace Mesh.Ingest.Tests.Formats;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain ä😀", 40, "plain ä😀")]
    [InlineData("a\u001b\nb", 40, "a\\x1b\\x0ab")]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("abcde", 4, "abcd…")]
    [InlineData("abc😀", 4, "abc…")]
    [InlineData("abc😀", 5, "abc😀")]
    [InlineData("abc😀d", 5, "abc😀…")]
    public void Text_is_fit_for_a_message(string text, int length, string expected) => Assert.Equal(expected, Printable.Of(text, length));

    [Fact]
    public void Halves_of_characters_are_shown_by_their_numbers() => Assert.Equal("a\\xd83d\\xde00", Printable.Of("a" + '\ud83d') + Printable.Of("" + '\ude00'));
}
