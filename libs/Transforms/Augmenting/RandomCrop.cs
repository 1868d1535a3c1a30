using System.Numerics;
using System.Text.Json.Nodes;
using Mesh.Transforms.Detection;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Augmenting;

/// <summary>
/// Cuts a random part out of an image and leaves it its size: from the image with a border around it (mode=pad, as for CIFAR in He et al. 2016), or a part
/// of random area and proportions, brought back to the size (mode=resize, Szegedy et al. 2015).
/// </summary>
internal sealed class RandomCrop : ImageAugmentation
{
    // After so many parts that do not lie in the image, the whole of it is taken, as far as the proportions allow.
    private const int Attempts = 10;

    private static readonly string[] OfPad = ["padding", "fill"];
    private static readonly string[] OfResize = ["min_area", "max_area", "min_aspect", "max_aspect"];

    public override string Type => "random-crop";

    public override int Version => 1;

    public override string Summary => "Cuts a random part out of images and brings it back to their size, in training alone.";

    protected override IReadOnlyList<Parameter> Settings { get; } =
    [
        new ChoiceParameter("mode", ["pad", "resize"], "pad",
            "pad: of the image with a border around it, in its own scale; resize: of random area and proportions, enlarged to the image's size."),
        new IntegerParameter("padding", 0, DecodeImage.MaximumSide, "With mode=pad: width of the border, in pixels.", 4),
        new IntegerParameter("fill", 0, 255, "With mode=pad: gray level of the border.", 0),
        new NumberParameter("min_area", 0.001, 1, "With mode=resize: least area of the part, as a share of the image.", 0.08),
        new NumberParameter("max_area", 0.001, 1, "With mode=resize: greatest area of the part, as a share of the image.", 1),
        new NumberParameter("min_aspect", 0.01, 100, "With mode=resize: least proportion of width to height, in pixels.", 0.75),
        new NumberParameter("max_aspect", 0.01, 100, "With mode=resize: greatest proportion of width to height, in pixels.", 1.3333333333333333),
        BoxRows.MinimumVisible,
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Number("min_area") > values.Number("max_area"))
            yield return ("min_area", "must not be more than max_area");
        if (values.Number("min_aspect") > values.Number("max_aspect"))
            yield return ("min_aspect", "must not be more than max_aspect");
        var (mode, others) = values.Choice("mode") == "pad" ? ("resize", OfResize) : ("pad", OfPad);
        foreach (var name in others.Where(name => !IsUsual(values, name)))
            yield return (name, $"has no meaning unless mode={mode}");
    }

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var values = step.Values;
        var minimumVisible = values.Number(BoxRows.MinimumVisible.Name);
        if (values.Choice("mode") == "pad")
        {
            var (padding, fill) = ((int)values.Integer("padding"), (byte)values.Integer("fill"));
            return (image, boxes, ref random) =>
            {
                // A part of the padded image is the image moved.
                var right = random.Between(-padding, padding);
                var down = random.Between(-padding, padding);
                PlaneShift.Apply(image, boxes, shape, right, down, fill, minimumVisible);
            };
        }

        var parts = new RandomPart(
            values.Number("min_area"), values.Number("max_area"), values.Number("min_aspect"), values.Number("max_aspect"), logarithmic: true, Attempts);
        var resampling = new Resampling(shape, fill: 0);
        return (image, boxes, ref random) =>
        {
            var part = parts.Draw(shape, ref random) ?? parts.Largest(shape);
            var enlarge = Matrix3x2.CreateTranslation(-part.Left, -part.Top)
                * Matrix3x2.CreateScale((float)shape.Width / part.Width, (float)shape.Height / part.Height);
            resampling.Apply(image, boxes, enlarge, part, minimumVisible);
        };
    }

    private bool IsUsual(ParameterValues values, string name) =>
        JsonNode.DeepEquals(values.ToJson()[name], Parameters.Single(parameter => parameter.Name == name).Default);
}
