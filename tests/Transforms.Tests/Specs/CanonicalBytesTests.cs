using System.Text;
using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Specs;

public class CanonicalBytesTests
{
    [Fact]
    public void The_bytes_are_these()
    {
        var spec = Pipelines.Spec(("decode-image", "{}"), ("resize", """{"width":28,"height":32}"""), ("label", """{"names":["b","a"]}"""), ("normalize", "{}"));
        Assert.Equal(
            """{"format_version":2,"libvips":"8.18.7","outputs":["image","label"],"transforms":["""
            + """{"inputs":["image"],"outputs":["image"],"parameters":{"auto_orient":true,"background":0,"channels":"keep","max_pixels":67108864},"type":"decode-image","version":1},"""
            + """{"inputs":["image"],"outputs":["image"],"parameters":{"background":0,"fit":"stretch","height":32,"kernel":"linear","width":28},"type":"resize","version":1},"""
            + """{"inputs":["label"],"outputs":["label"],"parameters":{"names":["b","a"]},"type":"label","version":1},"""
            + """{"inputs":["image"],"outputs":["image"],"parameters":{"mean":[],"std":[]},"type":"normalize","version":1}]}""",
            Encoding.UTF8.GetString(Pipeline.CanonicalBytes(spec)));
    }

    [Fact]
    public void Spelling_does_not_matter_and_values_do()
    {
        var plain = new PipelineSpec([TransformSpec.Of("decode-image"), TransformSpec.Of("resize", """{"width":28,"height":32}""")]);
        var spelled = Pipelines.Spec(("decode-image", "{ }"), ("resize", """{"kernel": "linear", "height": 32.0, "width": 2.8e1}"""));
        var other = Pipelines.Spec(("decode-image", "{}"), ("resize", """{"width":28,"height":33}"""));
        Assert.Equal(Pipeline.CanonicalBytes(plain), Pipeline.CanonicalBytes(spelled));
        Assert.NotEqual(Pipeline.CanonicalBytes(plain), Pipeline.CanonicalBytes(other));
    }

    [Fact]
    public void An_invalid_spec_has_none() =>
        Assert.Throws<PipelineSpecException>(() => Pipeline.CanonicalBytes(Pipelines.Spec(("resize", "{}"))));
}
