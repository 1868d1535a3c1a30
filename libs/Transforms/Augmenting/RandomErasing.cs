using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Augmenting;

/// <summary>
/// Overwrites a rectangle of uniform area and proportions (Zhong et al. 2020, whose values are the defaults). Of the places where it lies in the image it
/// takes any; when a hundred rectangles did not fit, which only extreme proportions bring about, the image stays as it is.
/// </summary>
internal sealed class RandomErasing : ImageAugmentation
{
    private const int Attempts = 100;

    public override string Type => "random-erasing";

    public override int Version => 1;

    public override string Summary => "Covers a random rectangle of images with noise or one gray level, in training alone.";

    public override bool MovesPixels => false;

    protected override double UsualProbability => 0.5;

    protected override IReadOnlyList<Parameter> Settings { get; } =
    [
        new NumberParameter("min_area", 0, 1, "Least area of the rectangle, as a share of the image.", 0.02),
        new NumberParameter("max_area", 0, 1, "Greatest area of the rectangle, as a share of the image.", 0.4),
        new NumberParameter("min_aspect", 0.01, 100, "Least proportion of width to height, in pixels.", 0.3),
        new NumberParameter("max_aspect", 0.01, 100, "Greatest proportion of width to height, in pixels.", 3.3333333333333335),
        new ChoiceParameter("value", ["random", "constant"], "random", "random: noise, every channel of every pixel its own; constant: the fill."),
        new IntegerParameter("fill", 0, 255, "With value=constant: gray level of the rectangle.", 0),
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Number("min_area") > values.Number("max_area"))
            yield return ("min_area", "must not be more than max_area");
        if (values.Number("min_aspect") > values.Number("max_aspect"))
            yield return ("min_aspect", "must not be more than max_aspect");
        if (values.Integer("fill") > 0 && values.Choice("value") == "random")
            yield return ("fill", "has no meaning unless value=constant");
    }

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var values = step.Values;
        var parts = new RandomPart(
            values.Number("min_area"), values.Number("max_area"), values.Number("min_aspect"), values.Number("max_aspect"), logarithmic: false, Attempts);
        var (noise, fill) = (values.Choice("value") == "random", (byte)values.Integer("fill"));
        return (image, _, ref random) =>
        {
            if (parts.Draw(shape, ref random) is not { } part)
                return;
            if (noise)
                PlaneErasing.Noise(image, shape, part, ref random);
            else
                PlaneErasing.Fill(image, shape, part, fill);
        };
    }
}
