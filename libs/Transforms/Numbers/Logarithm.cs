using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Numbers;

/// <summary>The natural logarithm of x + offset; symmetric: sign(x) · (log(|x| + offset) − log(offset)), which is 0 at 0 and has no gap there.</summary>
internal sealed class Logarithm : NumberTransform
{
    public override string Type => "log";

    public override int Version => 1;

    public override string Summary => "Takes the natural logarithm of numbers, of which prices and counts have many small and few large ones; missing ones stay missing.";

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NumberParameter("offset", 0, 1e12, "What is added to a number first; 1 keeps 0 at 0.", 1),
        new BooleanParameter("symmetric", false, "Whether negative numbers become what positive ones do, with their sign; otherwise the sum must be positive."),
    ];

    protected override string Refusal => "which has no logarithm with this offset; symmetric takes negative numbers";

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Boolean("symmetric") && values.Number("offset") == 0)
            yield return ("offset", "must be positive when symmetric");
    }

    protected override Func<double, double>[] Functions(StepContext step)
    {
        var offset = step.Values.Number("offset");
        var atZero = Math.Log(offset);
        // The logarithm of nothing is infinite and of less NaN: both are refused.
        Func<double, double> function = step.Values.Boolean("symmetric")
            ? number => Math.CopySign(Math.Log(Math.Abs(number) + offset) - atZero, number)
            : number => Math.Log(number + offset);
        return [.. step.Inputs.Select(_ => function)];
    }
}
