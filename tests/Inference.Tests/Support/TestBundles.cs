using System.Runtime.InteropServices;
using System.Text;
using Mesh.ModelGraph;
using Mesh.ModelGraph.Bundles;
using Mesh.ModelGraph.Onnx;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;

namespace Mesh.Inference.Tests.Support;

/// <summary>Bundles of models whose answers can be computed by hand.</summary>
internal static class TestBundles
{
    private static readonly byte[] NoTransforms = "{}"u8.ToArray();

    /// <summary>The model that the protocol's example clients use: OUTPUT0 = INPUT0 + INPUT1, OUTPUT1 = INPUT0 - INPUT1, INT32 [-1,16].</summary>
    public static BundleContent Simple() => Tensors(
        new OnnxFile()
            .Input("INPUT0", OnnxFile.Int32, "n", 16).Input("INPUT1", OnnxFile.Int32, "n", 16)
            .Output("OUTPUT0", OnnxFile.Int32, "n", 16).Output("OUTPUT1", OnnxFile.Int32, "n", 16)
            .Node("Add", ["INPUT0", "INPUT1"], "OUTPUT0").Node("Sub", ["INPUT0", "INPUT1"], "OUTPUT1"),
        [new("INPUT0", "INT32", [-1, 16]), new("INPUT1", "INT32", [-1, 16])],
        [new("OUTPUT0", "INT32", [-1, 16]), new("OUTPUT1", "INT32", [-1, 16])]);

    /// <summary>y = x + <paramref name="constant"/>, FP32 [-1,4]: tells versions apart.</summary>
    public static BundleContent Plus(float constant) => Tensors(
        new OnnxFile()
            .Input("x", OnnxFile.Fp32, "n", 4).Output("y", OnnxFile.Fp32, "n", 4)
            .Constant("c", OnnxFile.Fp32, BitConverter.GetBytes(constant), 1)
            .Node("Add", ["x", "c"], "y"),
        [new("x", "FP32", [-1, 4])], [new("y", "FP32", [-1, 4])]);

    /// <summary>The same bytes out as in, of one element type; the second dimension is free.</summary>
    public static BundleContent Identity(int type, string datatype) => Tensors(
        new OnnxFile().Input("x", type, "n", "m").Output("y", type, "n", "m").Node("Identity", ["x"], "y"),
        [new("x", datatype, [-1, -1])], [new("y", datatype, [-1, -1])]);

    /// <summary>Looks up row x of a table of 4; fails on any other index.</summary>
    public static BundleContent Lookup() => Tensors(
        new OnnxFile()
            .Input("x", OnnxFile.Int64, "n").Output("y", OnnxFile.Fp32, "n")
            .Constant("table", OnnxFile.Fp32, MemoryMarshal.AsBytes<float>([10, 11, 12, 13]).ToArray(), 4)
            .Node("Gather", ["table", "x"], "y"),
        [new("x", "INT64", [-1])], [new("y", "FP32", [-1])]);

    /// <summary>y = x · W with W [4096,4096] of one value: 64 MiB of weights.</summary>
    public static BundleContent Large(float weight)
    {
        var weights = new float[4096 * 4096];
        weights.AsSpan().Fill(weight);
        return Tensors(
            new OnnxFile()
                .Input("x", OnnxFile.Fp32, "n", 4096).Output("y", OnnxFile.Fp32, "n", 4096)
                .Constant("W", OnnxFile.Fp32, MemoryMarshal.AsBytes<float>(weights).ToArray(), 4096, 4096)
                .Node("MatMul", ["x", "W"], "y"),
            [new("x", "FP32", [-1, 4096])], [new("y", "FP32", [-1, 4096])]);
    }

    /// <summary>No batch dimension: y = x + x, FP32 [3].</summary>
    public static BundleContent Whole() => Tensors(
        new OnnxFile().Input("x", OnnxFile.Fp32, 3).Output("y", OnnxFile.Fp32, 3).Node("Add", ["x", "x"], "y"),
        [new("x", "FP32", [3])], [new("y", "FP32", [3])]);

    /// <summary>
    /// Gray 4×4 images; logits [0, 4 · mean brightness (0 to 1)] for the labels dark and bright.
    /// </summary>
    public static BundleContent Brightness()
    {
        var pipeline = Pipeline.Create(new PipelineSpec(
        [
            TransformSpec.Of("decode-image", "{}"), TransformSpec.Of("grayscale", "{}"),
            TransformSpec.Of("resize", """{"width":4,"height":4}"""), TransformSpec.Of("label", """{"names":["dark","bright"]}"""),
        ]), RecordSchema.LabelledImages);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        fitter.Observe(RawRecord.Raw("dark", new byte[16], 4, 4, 1, "dark"));
        fitter.Observe(RawRecord.Raw("bright", new byte[16], 4, 4, 1, "bright"));
        var fitted = pipeline.Finish(fitter.Complete());
        var graph = new GraphBuilder(new TensorShape(1, 4, 4)).Flatten("flat").Linear("head", 2).Build();
        var weights = new float[32];
        weights.AsSpan(16).Fill(4f / 16);
        var model = OnnxExporter.Export(graph, new Dictionary<string, ReadOnlyMemory<float>> { ["head.weight"] = weights, ["head.bias"] = new float[2] });
        return new BundleContent(model, BundleSignature.Of(BundleSignature.ImageClassification, graph), fitted.ToJson(), ["dark", "bright"]);
    }

    /// <summary>Fitted transforms that make no image.</summary>
    public static byte[] LabelsAlone()
    {
        var pipeline = Pipeline.Create(new PipelineSpec([TransformSpec.Of("label")]), RecordSchema.LabelledImages);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        fitter.Observe(RawRecord.Raw("dark", new byte[16], 4, 4, 1, "dark"));
        return pipeline.Finish(fitter.Complete()).ToJson();
    }

    /// <summary>A well-formed bundle around something that is no ONNX file.</summary>
    public static BundleContent Broken() => Simple() with { Model = Encoding.UTF8.GetBytes("this is no model") };

    private static BundleContent Tensors(OnnxFile file, TensorSignature[] inputs, TensorSignature[] outputs) =>
        new(file.ToBytes(), new BundleSignature("tensors", inputs, outputs), NoTransforms, ["unused"]);
}
