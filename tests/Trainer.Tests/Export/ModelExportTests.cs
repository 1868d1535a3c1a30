using Mesh.ModelGraph.Bundles;
using Mesh.ModelGraph.Onnx;
using Mesh.Trainer.Export;
using Mesh.Trainer.Tests.Support;
using Mesh.Trainer.Torch;
using Xunit;

namespace Mesh.Trainer.Tests.Export;

public sealed class ModelExportTests
{
    private static GraphModule Module(long seed) => GraphModule.Create(ShortRuns.Plan().Graph, seed);

    [Fact]
    public void An_export_is_checked_and_says_how_close_it_is()
    {
        using var module = Module(1);
        var exported = ModelExport.Export(module, new Stripes(20, 1).Source(), "{}"u8.ToArray(), ShortRuns.Labels);
        Assert.InRange(exported.MaxAbsDiff, 0, 1e-5);
        Assert.Equal(BundleSignature.ImageClassification, exported.Content.Signature.Task);
        Assert.Equal([-1, 1, 8, 8], exported.Content.Signature.Inputs[0].Shape);
        Assert.Equal([-1, 4], exported.Content.Signature.Outputs[0].Shape);
        Assert.False(module.training);
    }

    [Fact]
    public void A_model_that_answers_differently_is_refused()
    {
        using var module = Module(1);
        using var other = Module(2);
        module.eval();
        var wrong = OnnxExporter.Export(other.Graph, other.Weights());
        var error = Assert.Throws<ExportMismatchException>(() => OnnxParity.Check(module, wrong, new Stripes(20, 1).Source()));
        Assert.True(error.Difference > OnnxParity.Tolerance);
    }

    [Fact]
    public void A_module_in_training_mode_would_be_found_out()
    {
        using var module = Module(1);
        module.train();
        var model = OnnxExporter.Export(module.Graph, module.Weights());
        Assert.Throws<ExportMismatchException>(() => OnnxParity.Check(module, model, new Stripes(20, 1).Source()));
    }

    [Fact]
    public void A_difference_that_is_not_a_number_is_no_agreement()
    {
        Assert.Equal(double.NaN, OnnxParity.Difference([1, float.NaN], [1, 1]));
        Assert.Equal(double.NaN, OnnxParity.Difference([1], [1, 1]));
        Assert.Equal(0.5, OnnxParity.Difference([1, 2], [1, 2.5f]));
    }
}
