using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Specs;

public class ValidationTests
{
    [Fact]
    public void Everything_wrong_is_reported_at_once()
    {
        var spec = Pipelines.Spec(
            ("resize", """{"width":0,"heigth":28,"fit":"squeeze"}"""),
            ("rezise", "{}"),
            ("normalize", """{"mean":[2],"std":"big"}"""),
            ("label", """{"names":["a","b","a"]}"""),
            ("label", """{"names":[""]}"""),
            ("decode-image", """{"auto_orient":1,"max_pixels":2.5}"""));

        Assert.Equal(
        [
            "transforms[0].parameters.heigth is not a parameter of resize; known: width, height, fit, kernel, background",
            "transforms[0].parameters.width must be an integer from 1 to 8192",
            "transforms[0].parameters.height is required: integer, 1 to 8192",
            "transforms[0].parameters.fit must be one of: stretch, cover, contain",
            "transforms[1].type 'rezise' is not a transform; did you mean 'resize'?",
            "transforms[2].parameters.mean must be a list of numbers, at most 4, each 0 to 1",
            "transforms[2].parameters.std must be a list of numbers, at most 4, each 0.0001 to 16",
            "transforms[3].parameters.names names 'a' twice",
            "transforms[4].parameters.names must be a list of names, at most 65536, distinct, each of 1 to 256 characters",
            "transforms[5].parameters.auto_orient must be true or false",
            "transforms[5].parameters.max_pixels must be an integer from 1 to 268435456",
        ], Pipeline.Validate(spec).Select(violation => violation.ToString()));
        Assert.Equal(11, Assert.Throws<PipelineSpecException>(() => Pipeline.Create(spec, RecordSchema.LabelledImages)).Violations.Count);
    }

    [Fact]
    public void Empty_and_endless_pipelines_are_refused()
    {
        Assert.Equal("transforms", Assert.Single(Pipeline.Validate(new PipelineSpec([]))).Field);
        Assert.Equal("transforms", Assert.Single(Pipeline.Validate(new PipelineSpec([.. Enumerable.Repeat(TransformSpec.Of("decode-image"), 257)]))).Field);
    }

    [Fact]
    public void Mean_and_deviation_come_together() =>
        Assert.Equal("transforms[1].parameters.std must have as many numbers as mean",
            Assert.Single(Pipeline.Validate(Pipelines.Spec(("decode-image", "{}"), ("normalize", """{"mean":[0.5]}""")))).ToString());

    [Fact]
    public void Every_transform_and_parameter_is_described()
    {
        Assert.Equal(TransformCatalog.Standard.All.Count, TransformCatalog.Standard.All.Select(definition => definition.Type).Distinct().Count());
        foreach (var definition in TransformCatalog.Standard.All)
        {
            Assert.Same(definition, TransformCatalog.Standard.Find(definition.Type));
            Assert.True(definition.Version >= 1);
            Assert.EndsWith(".", definition.Summary);
            foreach (var parameter in definition.Parameters)
                Assert.EndsWith(".", parameter.Meaning);
        }

        Assert.Null(TransformCatalog.Standard.Find("flip"));
    }
}
