using Mesh.Inference.Onnx;
using Mesh.Inference.Tensors;
using Mesh.ModelGraph.Bundles;
using Mesh.Transforms;

namespace Mesh.Inference.Predictions;

/// <summary>The two ends of an image classifier: the very transforms of its training, and the names of its classes.</summary>
internal sealed class ImageClassifier
{
    private ImageClassifier(FittedPipeline pipeline, IReadOnlyList<string> labels) => (Pipeline, Labels) = (pipeline, labels);

    public FittedPipeline Pipeline { get; }

    /// <summary>In the order of the logits.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <exception cref="ModelLoadException">The files of the bundle contradict each other.</exception>
    public static ImageClassifier Of(BundleContent bundle, TensorSpec[] inputs, TensorSpec[] outputs)
    {
        FittedPipeline pipeline;
        try
        {
            pipeline = FittedPipeline.Parse(bundle.Transforms.Span);
        }
        catch (PipelineSpecException e)
        {
            throw new ModelLoadException($"transforms.json: {e.Message}", e);
        }

        var bytes = (long)pipeline.RecordLength * sizeof(float);
        if (inputs is not [{ Datatype: Datatype.Fp32, HasRows: true } input] || input.FixedBytes != bytes)
        {
            throw new ModelLoadException(
                $"signature.json: an image classifier has one FP32 input of {TensorShape.Describe([-1, .. pipeline.OutputShape.Select(d => (long)d)])}, as transforms.json makes it");
        }

        if (outputs is not [{ Datatype: Datatype.Fp32, Shape: [-1, var classes] }] || classes != bundle.Labels.Count)
        {
            throw new ModelLoadException($"signature.json: an image classifier has one FP32 output of [-1,{bundle.Labels.Count}], as labels.json says");
        }

        return new ImageClassifier(pipeline, bundle.Labels);
    }
}
