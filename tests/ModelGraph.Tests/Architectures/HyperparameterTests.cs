using CsCheck;
using Mesh.ModelGraph.Hyperparameters;
using Xunit;

namespace Mesh.ModelGraph.Tests.Architectures;

public sealed class HyperparameterTests
{
    private static readonly HyperparameterSpace Space = new(
        new IntegerParameter("layers", 1, 8, 2, "Layers."),
        new RealParameter("rate", 1e-6, 1, 0.5, "Rate."),
        new BooleanParameter("norm", true, "Norm."),
        new ChoiceParameter("kind", ["a", "b"], "a", "Kind."));

    [Fact]
    public void All_violations_come_at_once_and_by_name()
    {
        var error = Assert.Throws<HyperparameterException>(() => Space.Parse(new Dictionary<string, string>
        {
            ["layers"] = "9", ["rate"] = "NaN", ["norm"] = "True", ["kind"] = "c", ["layres"] = "3",
        }));
        Assert.Equal(["kind", "layers", "layres", "norm", "rate"], error.Violations.Select(v => v.Name));
        Assert.Contains("1 to 8", error.Violations[1].Problem);
        Assert.Contains("layers, rate, norm, kind", error.Violations[2].Problem);
    }

    [Fact]
    public void Many_wrong_names_are_told_what_is_known_once_and_without_control_characters()
    {
        var given = Enumerable.Range(0, 50).ToDictionary(i => $"a\n\u001b{i:d2}", _ => "1");
        var error = Assert.Throws<HyperparameterException>(() => Space.Parse(given));
        Assert.Equal(50, error.Violations.Count);
        Assert.Single(error.Violations, v => v.Problem.Contains("layers, rate, norm, kind"));
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("layers", "")]
    [InlineData("layers", "1.0")]
    [InlineData("layers", "0")]
    [InlineData("layers", "99999999999")]
    [InlineData("layers", " 1")]
    [InlineData("rate", "0")]
    [InlineData("rate", "Infinity")]
    [InlineData("rate", "1,0")]
    [InlineData("rate", "1e999")]
    [InlineData("kind", "A")]
    public void A_value_outside_of_its_range_is_refused(string name, string text)
    {
        var error = Assert.Throws<HyperparameterException>(() => Space.Parse(new Dictionary<string, string> { [name] = text }));
        Assert.Equal(name, Assert.Single(error.Violations).Name);
    }

    [Fact]
    public void Values_survive_text() =>
        Gen.Select(Gen.Int[1, 8], Gen.Double[1e-6, 1], Gen.Bool).Sample((layers, rate, norm) =>
        {
            var values = Space.Parse(new Dictionary<string, string>
            {
                ["layers"] = $"{layers}", ["rate"] = rate.ToString("R", null), ["norm"] = norm ? "true" : "false",
            });
            var again = Space.Parse(values.ToText());
            Assert.Equal((layers, rate, norm, "a"), (again.Integer("layers"), again.Real("rate"), again.Boolean("norm"), again.Choice("kind")));
        });

    [Fact]
    public void Long_text_is_cut_in_the_message()
    {
        var error = Assert.Throws<HyperparameterException>(() => Space.Parse(new Dictionary<string, string> { [new string('x', 10_000)] = "1" }));
        Assert.True(error.Message.Length < 300);
    }
}
