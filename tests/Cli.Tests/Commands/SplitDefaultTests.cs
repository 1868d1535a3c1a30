using Google.Protobuf.WellKnownTypes;
using Mesh.Cli.Commands.Pipelines;
using Mesh.Cli.Running;
using Mesh.Preprocessing.V1;
using Xunit;

namespace Mesh.Cli.Tests.Commands;

public class SplitDefaultTests
{
    [Theory]
    [InlineData("day", "city", SplitStrategy.Time, "day")]
    [InlineData("day", "", SplitStrategy.Time, "day")]
    [InlineData("", "city", SplitStrategy.Group, "city")]
    // What a step makes, the data does not have.
    [InlineData("season", "city", SplitStrategy.Group, "city")]
    public void Windows_are_divided_so_that_neighbours_stay_together(string time, string group, SplitStrategy strategy, string column) => Assert.Equal(
        new SplitSpec { Strategy = strategy, Column = column, ValidationFraction = 0.1, TestFraction = 0.1, Seed = 1 }, SplitDefault.Of(Windows(time, group)));

    [Fact]
    public void Other_records_are_divided_by_class() => Assert.Equal(
        new SplitSpec { ValidationFraction = 0.1, TestFraction = 0.1, Seed = 1 }, SplitDefault.Of(new Pipeline { Transforms = { new Transform { Type = "label" } } }));

    [Theory]
    [InlineData("", "")]
    [InlineData("season", "")]
    public void Windows_that_nothing_orders_need_a_word(string time, string group) =>
        Assert.Contains("--split-by", Assert.Throws<CommandException>(() => SplitDefault.Of(Windows(time, group))).Message);

    private static Pipeline Windows(string time, string group) => new()
    {
        Transforms =
        {
            new Transform { Type = "date-parts", Inputs = { "day" }, Outputs = { "season" } },
            new Transform { Type = "log", Inputs = { "rain" }, Outputs = { "rain" } },
            new Transform
            {
                Type = "window",
                Inputs = { "day", "season", "city", "rain" },
                Parameters = new Struct { Fields = { ["length"] = Value.ForNumber(3), ["time"] = Value.ForString(time), ["group"] = Value.ForString(group) } },
            },
        },
    };
}
