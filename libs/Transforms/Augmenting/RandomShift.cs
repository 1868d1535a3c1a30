using Mesh.Transforms.Detection;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Augmenting;

/// <summary>Moves an image by a random number of whole pixels, uniform up to a limit in either direction.</summary>
internal sealed class RandomShift : ImageAugmentation
{
    public override string Type => "random-shift";

    public override int Version => 1;

    public override string Summary => "Moves images sideways and up or down at random, in training alone; what comes in at the edges is one gray level.";

    protected override IReadOnlyList<Parameter> Settings { get; } =
    [
        new NumberParameter("x", 0, DecodeImage.MaximumSide, "Most that images move to the left or right, in the unit.", 0.1),
        new NumberParameter("y", 0, DecodeImage.MaximumSide, "Most that images move up or down, in the unit.", 0.1),
        new ChoiceParameter("unit", ["share", "pixels"], "share", "share: parts of the image's sides, 0 to 1, rounded to pixels; pixels: whole numbers."),
        new IntegerParameter("fill", 0, 255, "Gray level of what comes in at the edges.", 0),
        BoxRows.MinimumVisible,
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        var shares = values.Choice("unit") == "share";
        foreach (var name in (string[])["x", "y"])
        {
            if (shares ? values.Number(name) > 1 : values.Number(name) != Math.Floor(values.Number(name)))
                yield return (name, shares ? "must be a share from 0 to 1, unless unit=pixels" : "must be a whole number of pixels, unless unit=share");
        }
    }

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var (across, upright) = (Most("x", shape.Width), Most("y", shape.Height));
        var (fill, minimumVisible) = ((byte)step.Values.Integer("fill"), step.Values.Number(BoxRows.MinimumVisible.Name));
        return (image, boxes, ref random) =>
        {
            var right = random.Between(-across, across);
            var down = random.Between(-upright, upright);
            PlaneShift.Apply(image, boxes, shape, right, down, fill, minimumVisible);
        };

        int Most(string name, int side) =>
            (int)Math.Round(step.Values.Choice("unit") == "share" ? step.Values.Number(name) * side : step.Values.Number(name), MidpointRounding.AwayFromZero);
    }
}
