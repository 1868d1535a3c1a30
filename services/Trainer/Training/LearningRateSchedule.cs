using Mesh.ModelGraph.Hyperparameters;

namespace Mesh.Trainer.Training;

/// <summary>
/// The learning rate as a function of the step alone, so a resumed run needs no saved schedule.
/// Steps count from 0 to <paramref name="TotalSteps"/> − 1.
/// </summary>
/// <param name="Warmup">Share of the steps in which the rate rises.</param>
public sealed record LearningRateSchedule(string Kind, double Peak, double Warmup, long TotalSteps)
{
    // As in torch's OneCycleLR (Smith and Topin 2017): starts at peak / 25, ends at that / 10,000.
    private const double StartDivisor = 25;
    private const double EndDivisor = 1e4;

    public static LearningRateSchedule Of(HyperparameterValues values, long totalSteps) =>
        new(values.Choice("schedule"), values.Real("learning_rate"), values.Real("warmup"), totalSteps);

    public double At(long step) => Kind switch
    {
        "constant" => Peak,
        "cosine" => Cosine(step),
        "one_cycle" => OneCycle(step),
        _ => throw new ArgumentOutOfRangeException(nameof(Kind), Kind, null),
    };

    // A straight rise that reaches the peak at the end of the warm-up, then half a cosine towards zero.
    private double Cosine(long step)
    {
        var rising = (long)(Warmup * TotalSteps);
        if (step < rising) return Peak * (step + 1) / rising;
        return Anneal(Peak, 0, (double)(step - rising) / (TotalSteps - rising));
    }

    private double OneCycle(long step)
    {
        var top = Warmup * TotalSteps - 1;
        if (step <= top) return Anneal(Peak / StartDivisor, Peak, top > 0 ? step / top : 1);
        var from = Math.Max(top, 0);
        var length = TotalSteps - 1 - from;
        return Anneal(Peak, Peak / StartDivisor / EndDivisor, length > 0 ? (step - from) / length : 1);
    }

    /// <summary>Half a cosine from <paramref name="start"/> to <paramref name="end"/>.</summary>
    private static double Anneal(double start, double end, double progress) =>
        end + (start - end) / 2 * (1 + Math.Cos(Math.PI * progress));
}
