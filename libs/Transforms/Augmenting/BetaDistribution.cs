namespace Mesh.Transforms.Augmenting;

/// <summary>Beta(α, α), as one of two Gamma(α) numbers over their sum; these by Marsaglia and Tsang (2000).</summary>
internal static class BetaDistribution
{
    /// <summary>In [0, 1].</summary>
    public static double Draw(double alpha, ref SampleRandom random)
    {
        // By logarithms: for small α both numbers are mostly too small for a float64.
        var first = LogGamma(alpha, ref random);
        var second = LogGamma(alpha, ref random);
        return 1 / (1 + Math.Exp(second - first));
    }

    private static double LogGamma(double alpha, ref SampleRandom random)
    {
        if (alpha < 1)
            return LogGamma(alpha + 1, ref random) + Math.Log(1 - random.Unit()) / alpha;

        var d = alpha - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = random.Normal();
            var root = 1 + c * x;
            if (root <= 0)
                continue;
            var (v, u) = (root * root * root, 1 - random.Unit());
            if (Math.Log(u) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return Math.Log(d * v);
        }
    }
}
