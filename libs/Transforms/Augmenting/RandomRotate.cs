using System.Numerics;
using Mesh.Transforms.Detection;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Augmenting;

/// <summary>Turns an image about its centre, counter-clockwise, and leaves it its size. A box becomes the upright rectangle around the turned one.</summary>
internal sealed class RandomRotate : ImageAugmentation
{
    public override string Type => "random-rotate";

    public override int Version => 1;

    public override string Summary => "Turns images about their centre at random, in training alone; corners that come in are one gray level.";

    protected override IReadOnlyList<Parameter> Settings { get; } =
    [
        new NumberParameter("degrees", 0, 180, "Images are turned by up to so many degrees in either direction.", 15),
        new NumberListParameter("angles", -360, 360, 64, "Instead of degrees: one of these angles, in degrees counter-clockwise, such as 0, 90, 180 and 270."),
        new IntegerParameter("fill", 0, 255, "Gray level of what comes in at the corners.", 0),
        BoxRows.MinimumVisible,
    ];

    protected override ImageChange Bind(StepContext step, PlaneShape shape)
    {
        var (degrees, angles) = (step.Values.Number("degrees"), step.Values.Numbers("angles"));
        var minimumVisible = step.Values.Number(BoxRows.MinimumVisible.Name);
        var resampling = new Resampling(shape, (byte)step.Values.Integer("fill"));
        var centre = new Vector2(shape.Width / 2f, shape.Height / 2f);
        return (image, boxes, ref random) =>
        {
            var angle = angles.Length > 0 ? angles[random.Between(0, angles.Length - 1)] : random.Between(-degrees, degrees);
            // Downwards is positive here, so that a positive angle would turn clockwise.
            var turn = Matrix3x2.CreateRotation((float)(-angle * Math.PI / 180), centre);
            resampling.Apply(image, boxes, turn, part: null, minimumVisible);
        };
    }
}
