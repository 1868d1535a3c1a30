namespace Mesh.Transforms.Tests.Support;

/// <summary>Compares what was drawn with what ought to be: off by five standard errors happens once in a million times, and seeds are fixed.</summary>
internal static class Moments
{
    private const double Errors = 5;

    /// <param name="drawn">Independent draws.</param>
    /// <param name="mean">Of the distribution.</param>
    /// <param name="variance">Of the distribution.</param>
    /// <param name="fourth">Its fourth central moment.</param>
    public static void Are(IReadOnlyCollection<double> drawn, double mean, double variance, double fourth)
    {
        Assert.InRange(drawn.Average(), mean - Errors * Math.Sqrt(variance / drawn.Count), mean + Errors * Math.Sqrt(variance / drawn.Count));
        var error = Math.Sqrt((fourth - variance * variance) / drawn.Count);
        Assert.InRange(drawn.Average(value => (value - mean) * (value - mean)), variance - Errors * error, variance + Errors * error);
    }

    /// <summary>Uniform between two numbers.</summary>
    public static void AreUniform(IReadOnlyCollection<double> drawn, double least, double greatest)
    {
        var width = greatest - least;
        Are(drawn, (least + greatest) / 2, width * width / 12, Math.Pow(width, 4) / 80);
    }

    /// <summary>True with a probability.</summary>
    public static void AreChances(IReadOnlyCollection<bool> drawn, double probability)
    {
        var error = Math.Sqrt(probability * (1 - probability) / drawn.Count);
        Assert.InRange(drawn.Count(value => value) / (double)drawn.Count, probability - Errors * error, probability + Errors * error);
    }
}
