using Google.Protobuf.WellKnownTypes;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Tests.Hosting;
using Mesh.Preprocessing.V1;
using Mesh.ServiceDefaults.Errors;
using Xunit;

namespace Mesh.Preprocessing.Tests.Pipelines;

/// <summary>The key of a result, equal for what gives equal shards and only for that; and what is said of a wrong specification.</summary>
public class PipelineSpecsTests
{
    private const string Digest = "aa";

    [Fact]
    public void The_same_specification_written_differently_has_the_same_key()
    {
        var resize = PipelineCalls.Step("resize", ("width", Value.ForNumber(28)), ("height", Value.ForNumber(28)));
        var turned = PipelineCalls.Step("resize", ("height", Value.ForNumber(28.0)), ("width", Value.ForNumber(28.0)));
        var one = Make(resize);
        var other = Make(turned);
        // Names say nothing about the bytes; a split of zeros is the default; no parameters are empty ones.
        (other.Name, other.DisplayName, other.Creator) = ("projects/p/pipelines/x", "X", "someone");
        other.Split = new SplitSpec { Strategy = SplitStrategy.Stratified, Duplicates = DuplicatePolicy.Fail };
        other.Transforms[0].Parameters = null;
        Assert.Equal(PipelineSpecs.Key(one, Digest), PipelineSpecs.Key(other, Digest));
        Assert.Matches("^[0-9a-f]{64}$", PipelineSpecs.Key(one, Digest));
    }

    [Fact]
    public void Everything_that_changes_the_shards_changes_the_key()
    {
        var keys = new List<string>
        {
            PipelineSpecs.Key(Make(), Digest),
            PipelineSpecs.Key(Make(), "ab"),
            PipelineSpecs.Key(Make(PipelineCalls.Step("grayscale")), Digest),
            PipelineSpecs.Key(Make(PipelineCalls.Step("resize", ("width", Value.ForNumber(28)), ("height", Value.ForNumber(28)))), Digest),
            PipelineSpecs.Key(Make(PipelineCalls.Step("resize", ("width", Value.ForNumber(28)), ("height", Value.ForNumber(29)))), Digest),
            PipelineSpecs.Key(With(new SplitSpec { Seed = 1 }), Digest),
            PipelineSpecs.Key(With(new SplitSpec { ValidationFraction = 0.1 }), Digest),
            PipelineSpecs.Key(With(new SplitSpec { TestFraction = 0.1 }), Digest),
            PipelineSpecs.Key(Partitioned(1_000), Digest),
            PipelineSpecs.Key(With(new SplitSpec { Strategy = SplitStrategy.Random }), Digest),
            PipelineSpecs.Key(With(new SplitSpec { Column = "species" }), Digest),
            PipelineSpecs.Key(With(new SplitSpec { Duplicates = DuplicatePolicy.Drop }), Digest),
            PipelineSpecs.Key(With(new SplitSpec { ValidationFrom = "2015" }), Digest),
            PipelineSpecs.Key(With(new SplitSpec { TestFrom = "2015" }), Digest),
        };
        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void A_question_ends_with_its_mark_alone()
    {
        var violations = new Violations();
        PipelineSpecs.Check(Make(PipelineCalls.Step("one_hot"), PipelineCalls.Step("resize", ("width", Value.ForNumber(0)), ("height", Value.ForNumber(1)))), violations);
        Assert.Equal(
            ["'one_hot' is not a transform; did you mean 'one-hot'?", "must be an integer from 1 to 8192."], violations.All.Select(violation => violation.Description));
    }

    private static Pipeline Make(params Transform[] more) => new() { Transforms = { PipelineCalls.Step("decode-image"), more } };

    private static Pipeline Partitioned(long records)
    {
        var pipeline = Make();
        pipeline.PartitionRecords = records;
        return pipeline;
    }

    private static Pipeline With(SplitSpec split)
    {
        var pipeline = Make();
        pipeline.Split = split;
        return pipeline;
    }
}
