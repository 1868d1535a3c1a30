using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Batches;

/// <summary>(x / 255 − mean) / std per channel; mean and population standard deviation are those of the training records unless given.</summary>
internal sealed class Normalize : BatchTransform
{
    public const string TypeName = "normalize";

    public override string Type => TypeName;

    public override int Version => 1;

    public override string Summary => "Shifts and scales each channel to mean 0 and standard deviation 1 over the training records.";

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NumberListParameter("mean", 0, 1, 4, "Mean per channel, pixels being 0 to 1; one number serves all channels, none measures it."),
        new NumberListParameter("std", 1e-4, 16, 4, "Standard deviation per channel, pixels being 0 to 1; given together with mean."),
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Numbers("mean").Length != values.Numbers("std").Length)
            yield return ("std", "must have as many numbers as mean");
    }

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step) => new ChannelSums(step);

    internal override ChannelAffine Bind(StepContext step, ChannelAffine before)
    {
        var fitted = step.Fitted!;
        var (mean, std) = (fitted.Numbers("mean"), fitted.Numbers("std"));
        var channels = before.Scale.Length;
        if (mean.Length != channels)
            throw fitted.Wrong("mean", $"must have {channels} numbers");
        if (std.Length != channels || std.Any(value => value <= 0))
            throw fitted.Wrong("std", $"must have {channels} positive numbers");

        return new(
            [.. before.Scale.Select((scale, channel) => scale / std[channel])],
            [.. before.Offset.Select((offset, channel) => (offset - mean[channel]) / std[channel])]);
    }
}
