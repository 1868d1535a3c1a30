using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Numbers;

/// <summary>(x − mean) / std; both are those of the training records, std that of the whole population. What never changes there is 0 always.</summary>
internal sealed class Standardize : NumberTransform
{
    public override string Type => "standardize";

    public override int Version => 1;

    public override string Summary => "Shifts and scales numbers to mean 0 and standard deviation 1 over the training records; missing ones stay missing.";

    protected override string Refusal => "which is too far from the mean";

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step) => new ColumnFits(step, input => new NumberFit<Moments>(step, input, moments => new()
    {
        ["mean"] = moments.Mean,
        ["std"] = moments.StandardDeviation,
    }));

    protected override Func<double, double>[] Functions(StepContext step) => [.. ColumnFits.Read(step).Select(fitted =>
    {
        var (mean, std) = (fitted.Number("mean"), fitted.Number("std"));
        if (std < 0)
            throw fitted.Wrong("std", "must not be negative");
        return std > 0 ? number => (number - mean) / std : new Func<double, double>(_ => 0);
    })];
}
