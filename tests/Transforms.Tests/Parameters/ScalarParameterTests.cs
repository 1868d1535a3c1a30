using System.Text.Json;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Tests.Parameters;

public class ScalarParameterTests
{
    private static readonly ScalarParameter Parameter = new("constant", 5, "", "What.");

    [Theory]
    [InlineData("28.0", "28")]
    [InlineData("28", "28")]
    [InlineData("-0.0", "0")]
    [InlineData("0.5", "0.5")]
    [InlineData("true", "true")]
    [InlineData("\"28.0\"", "28.0")]
    [InlineData("\"\"", "")]
    public void A_value_is_its_text(string given, string expected)
    {
        Assert.Equal(expected, Parameter.Read(JsonElement.Parse(given), out var problem)!.GetValue<string>());
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("\"123456\"")]
    [InlineData("1e999")]
    public void Anything_else_is_refused(string given)
    {
        Assert.Null(Parameter.Read(JsonElement.Parse(given), out var problem));
        Assert.Equal("must be a text, a number, true or false, of at most 5 characters", problem);
    }
}
