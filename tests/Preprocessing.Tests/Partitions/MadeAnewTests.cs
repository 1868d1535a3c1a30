using Google.Protobuf.WellKnownTypes;
using Mesh.Preprocessing.Partitions;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Xunit;

namespace Mesh.Preprocessing.Tests.Partitions;

/// <summary>What is said of runs over newer versions.</summary>
public class MadeAnewTests
{
    [Theory]
    [InlineData("hash", SplitStrategy.Group, false, "")]
    [InlineData("hash", SplitStrategy.Predefined, false, "")]
    [InlineData("hash", SplitStrategy.Time, true, "")]
    [InlineData("hash", SplitStrategy.Time, false, "TIME")]
    [InlineData("hash", SplitStrategy.Random, false, "RANDOM")]
    [InlineData("ordinal", SplitStrategy.Unspecified, false, "STRATIFIED ordinal")]
    [InlineData("id", SplitStrategy.Group, false, "id")]
    public void Splits_that_move_records_and_steps_that_learn_are_named(string step, SplitStrategy strategy, bool borders, string named)
    {
        var transform = step == "hash" ? PipelineCalls.Step("hash", ("buckets", Value.ForNumber(8))) : new Transform { Type = step };
        transform.Inputs.Add("user");
        var pipeline = new Pipeline
        {
            Transforms = { transform },
            Split = new SplitSpec
            {
                Strategy = strategy,
                Column = strategy is SplitStrategy.Group or SplitStrategy.Time ? "at" : "",
                TestFraction = borders || strategy == SplitStrategy.Predefined ? 0 : 0.1,
                TestFrom = borders ? "2015-06-01" : "",
            },
        };
        Assert.Equal(named, string.Join(' ', MadeAnew.Of(pipeline).Select(reason => reason.Split(' ')[0])));
    }

    [Fact]
    public void Only_what_stored_rows_are_made_with_counts()
    {
        // Its mean and deviation are applied at each use.
        Assert.Equal(["label"], MadeAnew.Of(PipelineCalls.Labelled(validation: 0)).Select(reason => reason.Split(' ')[0]));
        Assert.Equal("standardize, label learn from", string.Join(' ', Assert.Single(MadeAnew.Of(new Pipeline
        {
            Transforms = { new Transform { Type = "standardize", Inputs = { "x" } }, new Transform { Type = "concat", Inputs = { "x" } }, new Transform { Type = "label" } },
        })).Split(' ')[..4]));
    }

    [Fact]
    public void Rows_of_records_in_order_are_all_made_each_time()
    {
        var window = PipelineCalls.Step("window", ("length", Value.ForNumber(2)), ("targets", Value.ForList(Value.ForString("x"))));
        window.Inputs.Add("x");
        Assert.StartsWith("'window' makes rows of records in order", Assert.Single(MadeAnew.Of(new Pipeline { Transforms = { window }, Split = new SplitSpec { TestFraction = 0.1 } })));
    }
}
