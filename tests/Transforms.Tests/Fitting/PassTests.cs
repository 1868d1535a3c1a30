using Mesh.Transforms.Tests.Support;
using static Mesh.Specs.TransformSpec;

namespace Mesh.Transforms.Tests.Fitting;

/// <summary>Fits that need what other fits came to.</summary>
public class PassTests
{
    private static readonly Pipeline Chained = TestTransforms.Create(Tables.Numbers,
        Of("above", inputs: ["a"]), Of("share", inputs: ["a"]), Of("above", inputs: ["b"]), Of("concat", inputs: ["a", "b"]));

    private static readonly RawRecord[] Records = [Tables.Row(10, 1), Tables.Row(14, 5), Tables.Row(18, 2)];

    [Fact]
    public void There_are_as_many_passes_as_the_longest_chain()
    {
        Assert.Equal(2, Chained.FitPasses);
        Assert.Equal(1, Pipelines.Of(("decode-image", "{}"), ("resize", """{"width":2,"height":2}"""), ("label", "{}"), ("normalize", "{}")).FitPasses);
        Assert.Equal(1, Pipelines.Of(("decode-image", "{}")).FitPasses);
        Assert.Equal(0, TestTransforms.Create(Tables.Numbers, Of("number", inputs: ["a"])).FitPasses);
    }

    [Fact]
    public void A_later_pass_learns_from_what_an_earlier_one_taught()
    {
        // a above 10 is 0, 4, 8, of which 8 is the greatest: 0, 0.5, 1. b above 1 is 0, 4, 1.
        var fitted = Pipelines.Fit(Chained, Records);
        float[][] expected = [[0, 0], [0.5f, 4], [1, 1]];
        Assert.Equal(expected, Records.Select(record => fitted.Floats(record, "features")));
    }

    [Fact]
    public void Nothing_to_learn_takes_no_pass()
    {
        var pipeline = TestTransforms.Create(Tables.Numbers, Of("number", inputs: ["a"]));
        Assert.Equal([7f], pipeline.Finish(pipeline.Unfitted).Floats(Tables.Row(7), "a"));
        Assert.Throws<ArgumentException>("soFar", () => pipeline.NewFitter(pipeline.Unfitted));
    }

    [Fact]
    public void Passes_may_be_in_other_processes()
    {
        // Each part of each pass is saved and read back; so is what the pass came to.
        var state = Chained.Unfitted;
        while (state.Passes < Chained.FitPasses)
        {
            var whole = Chained.NewFitter(state);
            foreach (var record in Records.Reverse())
            {
                var part = Chained.NewFitter(state);
                part.Observe(record);
                whole.Merge(Chained.LoadFitter(part.Save(), state));
            }

            Assert.Equal(3, whole.Records);
            state = Chained.ParseState(whole.Complete().ToJson());
        }

        Assert.Equal(Pipelines.Fit(Chained, Records).ToJson(), Chained.Finish(state).ToJson());
    }

    [Fact]
    public void A_fit_of_another_pass_pipeline_or_data_is_refused()
    {
        var first = Chained.NewFitter(Chained.Unfitted);
        foreach (var record in Records)
            first.Observe(record);
        var after = first.Complete();
        Assert.Throws<PipelineSpecException>(() => Chained.LoadFitter(first.Save(), after));
        Assert.Throws<ArgumentException>("other", () => Chained.NewFitter(after).Merge(first));

        var other = TestTransforms.Create(Tables.Numbers, Of("above", inputs: ["a"]), Of("share", inputs: ["a"]), Of("above", inputs: ["c"]), Of("concat", inputs: ["a", "c"]));
        Assert.Throws<PipelineSpecException>(() => other.LoadFitter(first.Save(), other.Unfitted));
        var declared = Pipeline.Create(Pipelines.Spec(("label", "{}")), Pipelines.Declaring(["x"]));
        var undeclared = Pipeline.Create(declared.Spec, Pipelines.Declaring([]));
        Assert.Throws<PipelineSpecException>(() => declared.LoadFitter(undeclared.NewFitter().Save(), declared.Unfitted));
    }

    [Fact]
    public void Missing_passes_are_refused()
    {
        Assert.Throws<ArgumentException>("state", () => Chained.Finish(Chained.Unfitted));
        var fitter = Chained.NewFitter(Chained.Unfitted);
        fitter.Observe(Records[0]);
        Assert.Throws<ArgumentException>("state", () => Chained.Finish(fitter.Complete()));
    }

    [Fact]
    public void A_later_pass_runs_only_what_it_needs()
    {
        // The second pass has no use for the image: one that cannot be decoded stops the first pass alone.
        var schema = new RecordSchema(new RecordColumn("image", ColumnKind.Image), new RecordColumn("n", ColumnKind.Integer));
        var pipeline = TestTransforms.Create(schema, Of("decode-image"), Of("above", inputs: ["n"]), Of("share", inputs: ["n"]));
        RawRecord Record(RawImage image) => new("r", schema, new[] { RecordValue.OfImage(image), RecordValue.OfInteger(3) });
        var fitter = pipeline.NewFitter();
        Assert.Throws<TransformException>(() => fitter.Observe(Record(RawImage.OfFile(new byte[3]))));
        fitter.Observe(Record(RawImage.OfPixels(new byte[4], 2, 2, 1)));
        pipeline.NewFitter(fitter.Complete()).Observe(Record(RawImage.OfFile(new byte[3])));
    }

    [Fact]
    public void A_shape_that_data_decides_is_known_after_fitting()
    {
        var pipeline = TestTransforms.Create(Tables.Integers, Of("one-hot-test", inputs: ["n"], outputs: ["hot"]), Of("concat", inputs: ["hot", "n"]));
        var fitted = Pipelines.Fit(pipeline, [Tables.Integer(0), Tables.Integer(3)]);
        Assert.Equal([5], fitted.Columns[0].Shape);
        Assert.Equal([0, 1, 0, 0, 1], fitted.Floats(Tables.Integer(1), "features"));
        Assert.Equal(fitted.ToJson(), FittedPipelineJson.Read(fitted.ToJson(), TestTransforms.Catalog).ToJson());
    }
}
