using Mesh.Inference.Onnx;
using Mesh.Inference.Tensors;
using Mesh.ModelGraph.Bundles;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Batches;
using Mesh.Transforms.Records;

namespace Mesh.Inference.Predictions;

/// <summary>The two ends of an image classifier: the very transforms of its training, and the names of its classes.</summary>
internal sealed class ImageClassifier
{
    private const string Image = "image";

    private readonly RecordSchema schema;

    private ImageClassifier(FittedPipeline pipeline, IReadOnlyList<string> labels)
    {
        (Pipeline, Labels) = (pipeline, labels);
        schema = new RecordSchema(pipeline.Sources);
    }

    /// <summary>The part that makes the model's input: one image into one row of one column.</summary>
    public FittedPipeline Pipeline { get; }

    /// <summary>A row into the model's float32.</summary>
    public BatchStage Batch => Pipeline.Outputs[0].Batch!;

    /// <summary>float32 elements of one row.</summary>
    public int RowLength => Batch.RowLength;

    /// <summary>libvips, of another version than here, that saw the training data: it may decode or resize to slightly different pixels. Null when it is the same.</summary>
    public string? OtherImageLibrary =>
        Pipeline.FittedWithImageLibrary is { } fitted && fitted != Transforms.Pipeline.ImageLibraryVersion ? fitted : null;

    /// <summary>What clients are told of it: the versions of libvips.</summary>
    public Dictionary<string, string> Properties => Pipeline.FittedWithImageLibrary is { } fitted
        ? new Dictionary<string, string> { ["fitted_with_libvips"] = fitted, ["serves_with_libvips"] = Transforms.Pipeline.ImageLibraryVersion }
        : new();

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

        if (pipeline.Output(Image)?.Batch is null || pipeline.Select(Image) is not { Sources: [{ Kind: ColumnKind.Image }], IsSequence: false } images)
        {
            throw new ModelLoadException($"transforms.json: an image classifier makes a column {Image} of nothing but an image");
        }

        var shape = images.Columns[0].Shape;
        var bytes = shape.Aggregate((long)sizeof(float), (all, side) => all * side);
        if (inputs is not [{ Datatype: Datatype.Fp32, HasRows: true } input] || input.FixedBytes != bytes)
        {
            throw new ModelLoadException(
                $"signature.json: an image classifier has one FP32 input of {TensorShape.Describe([-1, .. shape.Select(d => (long)d)])}, as transforms.json makes it");
        }

        if (outputs is not [{ Datatype: Datatype.Fp32, Shape: [-1, var classes] }] || classes != bundle.Labels.Count)
        {
            throw new ModelLoadException($"signature.json: an image classifier has one FP32 output of [-1,{bundle.Labels.Count}], as labels.json says");
        }

        return new ImageClassifier(images, bundle.Labels);
    }

    /// <summary>An image file as a record of the pipeline's.</summary>
    public RawRecord Record(ReadOnlyMemory<byte> file) => new("image", schema, new[] { RecordValue.OfImage(RawImage.OfFile(file)) });
}
