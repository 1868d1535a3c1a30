using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Numbers;

/// <summary>
/// minimum + (x − least) / (greatest − least) · (maximum − minimum), with the least and greatest number of the training records, which come out exactly
/// at the bounds. What never changes there is at the minimum always.
/// </summary>
internal sealed class MinMax : NumberTransform
{
    private const double Bound = 1e6;

    public override string Type => "min-max";

    public override int Version => 1;

    public override string Summary => "Shifts and scales numbers so that those of the training records lie between two bounds; missing ones stay missing.";

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NumberParameter("minimum", -Bound, Bound, "What the least number of the training records becomes.", 0),
        new NumberParameter("maximum", -Bound, Bound, "What the greatest number of the training records becomes.", 1),
        new BooleanParameter("clip", false, "Whether a number outside of those of the training records comes to the bound that is nearer."),
    ];

    protected override string Refusal => "which is too far from the numbers of the training records";

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Number("minimum") >= values.Number("maximum"))
            yield return ("maximum", "must be more than minimum");
    }

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step) => new ColumnFits(step, input => new NumberFit<ValueRange>(step, input, range => new()
    {
        ["least"] = range.Least,
        ["greatest"] = double.IsFinite(range.Greatest - range.Least)
            ? range.Greatest
            : throw new TransformException(step.Name, null, $"the numbers of '{step.InputNames[input]}' are too far apart"),
    }));

    protected override Func<double, double>[] Functions(StepContext step)
    {
        var (minimum, maximum, clip) = (step.Values.Number("minimum"), step.Values.Number("maximum"), step.Values.Boolean("clip"));
        return [.. ColumnFits.Read(step).Select(fitted =>
        {
            var (least, greatest) = (fitted.Number("least"), fitted.Number("greatest"));
            var width = greatest - least;
            if (!(width >= 0 && double.IsFinite(width)))
                throw fitted.Wrong("greatest", "must be at least as much as least, and not too far from it");
            return width == 0 ? _ => minimum : new Func<double, double>(number =>
            {
                var share = (number - least) / width;
                if (clip)
                    share = Math.Clamp(share, 0, 1);
                return minimum * (1 - share) + maximum * share;
            });
        })];
    }
}
