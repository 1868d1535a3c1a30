using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Mesh.Transforms.Tests.Specs;

public class PipelineFileTests
{
    private const string Yaml =
        """
        # Houses.
        transforms:
          - type: decode-image
          - type: resize
            name: small
            inputs: [photo]
            outputs:
              - image
            parameters: {width: 0x1C, height: +28, fit: "cover", background: 2.5e1}
        outputs: ["image"]
        split:
          validation_fraction: .1
          seed: '7'
          no: yes
        """;

    private const string Json =
        """
        {
          "transforms": [
            {"type": "decode-image"},
            {"type": "resize", "name": "small", "inputs": ["photo"], "outputs": ["image"],
             "parameters": {"width": 28, "height": 28, "fit": "cover", "background": 25}}],
          "outputs": ["image"],
          "split": {"validation_fraction": 0.1, "seed": "7", "no": "yes"}
        }
        """;

    [Fact]
    public void Yaml_and_json_say_the_same()
    {
        var (yaml, json) = (Parse(Yaml, PipelineFileFormat.Yaml), Parse(Json, PipelineFileFormat.Json));
        foreach (var file in new[] { yaml, json })
        {
            Assert.Equal(["decode-image", "resize"], file.Spec.Transforms.Select(step => step.Type));
            var resize = file.Spec.Transforms[1];
            Assert.Equal(("small", "photo", "image"), (resize.Name, resize.Inputs.Single(), resize.Outputs.Single()));
            Assert.Equal(["image"], file.Spec.Outputs);
            Assert.Equal(["split"], file.Rest.Select(field => field.Key));
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"validation_fraction":0.1,"seed":"7","no":"yes"}"""), file.Rest["split"]));
        }

        Assert.Equal(yaml.Spec.Transforms[1].Parameters.GetProperty("width").GetInt64(), json.Spec.Transforms[1].Parameters.GetProperty("width").GetInt64());
        Assert.Equal(25, yaml.Spec.Transforms[1].Parameters.GetProperty("background").GetDouble());
    }

    [Theory]
    [InlineData("transforms", 2)]
    [InlineData("transforms[1].name", 5)]
    [InlineData("transforms[1].outputs[0]", 8)]
    [InlineData("transforms[1].parameters.fit", 9)]
    [InlineData("transforms[1].parameters.kernel", 9)]
    [InlineData("transforms[7].type", 2)]
    [InlineData("split.seed", 13)]
    [InlineData("display_name", 2)]
    public void Every_field_has_a_line(string field, int line) => Assert.Equal(line, Parse(Yaml, PipelineFileFormat.Yaml).LineOf(field));

    [Theory]
    [InlineData("outputs: [image]", "line 1: transforms is required: a list of steps")]
    [InlineData("a: 1\ntransforms: {}", "line 2: transforms must be a list of steps")]
    [InlineData("transforms:\n- resize", "line 2: transforms[0] must be an object with a type")]
    [InlineData("transforms:\n- name: x", "line 2: transforms[0].type is required: the type of a transform")]
    [InlineData("transforms:\n- type: 5", "line 2: transforms[0].type must be text")]
    [InlineData("transforms:\n- type: a\n  parameters: 7", "line 3: transforms[0].parameters must be an object")]
    [InlineData("transforms:\n- type: a\n  inputs: x", "line 3: transforms[0].inputs must be a list of columns")]
    [InlineData("transforms:\n- type: a\n  inputs:\n  - x\n  - 2", "line 5: transforms[0].inputs[1] must be the name of a column")]
    [InlineData("transforms:\n- type: a\n  colour: red", "line 3: transforms[0].colour is not known here; known: type, name, inputs, outputs, parameters")]
    [InlineData("transforms: []\noutputs: image", "line 2: outputs must be a list of columns")]
    [InlineData("[1, 2]", "line 1: $ must be an object")]
    [InlineData("", "line 1: $ is empty")]
    [InlineData("a: 1\na: 2", "line 2: $ has a twice")]
    [InlineData("a: &x 1\nb: *x", "line 1: $ has an anchor, alias or tag; write the value out")]
    [InlineData("a: !!python/object x", "line 1: $ has an anchor, alias or tag; write the value out")]
    [InlineData("a: .nan", "line 1: $ has .nan, which is no number here")]
    [InlineData("a: 1e999", "line 1: $ has 1e999, which is too large")]
    [InlineData("a: 1\n---\nb: 1", "line 2: $ has a second document")]
    [InlineData("a: 1\n? [x]\n: 2", "line 2: $ has a name that is no text")]
    public void Every_violation_of_yaml_has_its_line(string text, string said) =>
        Assert.Equal(said, Assert.Single(Assert.Throws<PipelineSpecException>(() => Parse(text, PipelineFileFormat.Yaml)).Violations).ToString());

    [Theory]
    [InlineData("a: [1\nb: 2", 2)]
    [InlineData("a: 1\n\tb: 2", 2)]
    [InlineData("a: 1\nb: 'x", 2)]
    [InlineData("a: 1\nb: [c: !!!!!]!!!!!!!!!", 2)]
    public void Text_that_is_no_yaml_has_its_line(string text, int line)
    {
        var violation = Assert.Single(Assert.Throws<PipelineSpecException>(() => Parse(text, PipelineFileFormat.Yaml)).Violations);
        Assert.StartsWith("is not YAML", violation.Description);
        Assert.InRange(violation.Line!.Value, line - 1, line + 1);
    }

    [Theory]
    [InlineData("[]", "line 1: $ must be an object")]
    [InlineData("{\n\"a\": 1,\n\"a\": 2}", "line 3: $ has a twice")]
    [InlineData("{\n\n\"transforms\":\n[{\"type\":\n4}]}", "line 4: transforms[0].type must be text")]
    [InlineData("{\n\"a\": \"\\ud800\"}", "line 2: $ is not JSON: a text holds half of a surrogate pair")]
    public void Every_violation_of_json_has_its_line(string text, string said) =>
        Assert.Equal(said, Assert.Single(Assert.Throws<PipelineSpecException>(() => Parse(text, PipelineFileFormat.Json)).Violations).ToString());

    [Theory]
    [InlineData("{\n\"a\": 1,\n}", 3)]
    [InlineData("{\"a\": 1} x", 1)]
    [InlineData("{\n\"a\": \n", 3)]
    [InlineData("", 1)]
    public void Text_that_is_no_json_has_its_line(string text, int line)
    {
        var violation = Assert.Single(Assert.Throws<PipelineSpecException>(() => Parse(text, PipelineFileFormat.Json)).Violations);
        Assert.StartsWith("is not JSON: ", violation.Description);
        Assert.Equal(line, violation.Line);
    }

    [Fact]
    public void A_mark_at_the_beginning_is_skipped()
    {
        Parse("\ufeff" + Yaml, PipelineFileFormat.Yaml);
        Parse("\ufeff" + Json, PipelineFileFormat.Json);
    }

    [Theory]
    [InlineData(PipelineFileFormat.Json)]
    [InlineData(PipelineFileFormat.Yaml)]
    public void Nesting_and_size_are_bounded(PipelineFileFormat format)
    {
        Assert.Throws<PipelineSpecException>(() => Parse($"{{\"a\":{new string('[', 100_000)}", format));
        Assert.Throws<PipelineSpecException>(() => Parse(new string(' ', PipelineFile.MaximumBytes + 1), format));
        Assert.Throws<PipelineSpecException>(() => PipelineFile.Parse([0xFF, 0xFE, 0x00], format));
    }

    [Theory]
    [InlineData(Json, PipelineFileFormat.Json)]
    [InlineData(Yaml, PipelineFileFormat.Yaml)]
    public void Changed_text_is_read_or_refused(string text, PipelineFileFormat format)
    {
        var good = Encoding.UTF8.GetBytes(text);
        const string Interesting = "{}[]:,\"'\\#&*!|>-?\n\t %@`~0x.";
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.OneOf(Gen.Byte, Gen.Char[Interesting].Select(c => (byte)c)), Gen.Int[0, 2]).Array[1, 5].Sample(changes =>
        {
            var bytes = good.ToList();
            foreach (var (at, value, kind) in changes)
            {
                if (kind == 0)
                    bytes[at % bytes.Count] = value;
                else if (kind == 1)
                    bytes.Insert(at % bytes.Count, value);
                else
                    bytes.RemoveRange(at % bytes.Count, Math.Min(value, bytes.Count - (at % bytes.Count)));
                if (bytes.Count == 0)
                    bytes.Add(value);
            }

            try
            {
                Pipeline.Validate(PipelineFile.Parse(bytes.ToArray(), format).Spec);
            }
            catch (PipelineSpecException e)
            {
                Assert.All(e.Violations, violation => Assert.InRange(violation.Line!.Value, 1, 40));
            }
        }, iter: 3_000, threads: 1);
    }

    private static PipelineFile Parse(string text, PipelineFileFormat format) => PipelineFile.Parse(Encoding.UTF8.GetBytes(text), format);
}
