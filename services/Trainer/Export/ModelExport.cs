using Mesh.ModelGraph.Bundles;
using Mesh.ModelGraph.Onnx;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Torch;
using TorchSharp;

namespace Mesh.Trainer.Export;

/// <summary>A trained model as a bundle, and how far serving it is from training it.</summary>
/// <param name="MaxAbsDiff">Largest difference between a logit of ONNX Runtime and of torch.</param>
public sealed record ExportedModel(BundleContent Content, double MaxAbsDiff);

/// <summary>Turns a trained module into a bundle that has been checked against it.</summary>
public static class ModelExport
{
    /// <summary>Leaves the module on the CPU in evaluation mode.</summary>
    /// <param name="rows">Real samples for the check; the first few are used.</param>
    /// <param name="transforms">The fitted transforms as JSON.</param>
    /// <param name="labels">Names of the classes, in the order of the logits.</param>
    /// <exception cref="ExportMismatchException">The ONNX model answers differently; nothing may be served from it.</exception>
    public static ExportedModel Export(GraphModule module, SampleSource rows, ReadOnlyMemory<byte> transforms, IReadOnlyList<string> labels)
    {
        module.to(torch.CPU);
        module.eval();
        var model = OnnxExporter.Export(module.Graph, module.Weights());
        var difference = OnnxParity.Check(module, model, rows);
        var signature = BundleSignature.Of(BundleSignature.ImageClassification, module.Graph);
        return new ExportedModel(new BundleContent(model, signature, transforms, labels), difference);
    }
}
