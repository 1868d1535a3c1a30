namespace Mesh.Transforms.Augmenting;

/// <summary>Random rectangles in an image, by their area and proportions.</summary>
/// <param name="minimumArea">As a share of the image; area is uniform up to <paramref name="maximumArea"/>.</param>
/// <param name="minimumAspect">Least width / height, in pixels.</param>
/// <param name="logarithmic">Whether the logarithm of the proportions is uniform, rather than the proportions themselves.</param>
/// <param name="attempts">How many are drawn until one fits into the image.</param>
internal sealed class RandomPart(
    double minimumArea, double maximumArea, double minimumAspect, double maximumAspect, bool logarithmic, int attempts)
{
    /// <summary>Uniform among the places where it lies in the image; null when none fitted.</summary>
    public PlanePart? Draw(PlaneShape shape, ref SampleRandom random)
    {
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            var area = random.Between(minimumArea, maximumArea) * shape.Plane;
            var aspect = logarithmic
                ? Math.Exp(random.Between(Math.Log(minimumAspect), Math.Log(maximumAspect)))
                : random.Between(minimumAspect, maximumAspect);
            var (width, height) = (Math.Max(1, Rounded(Math.Sqrt(area * aspect))), Math.Max(1, Rounded(Math.Sqrt(area / aspect))));
            if (width <= shape.Width && height <= shape.Height)
                return new(random.Between(0, shape.Width - width), random.Between(0, shape.Height - height), width, height);
        }

        return null;
    }

    /// <summary>The largest part that has allowed proportions, in the centre.</summary>
    public PlanePart Largest(PlaneShape shape)
    {
        var aspect = Math.Clamp((double)shape.Width / shape.Height, minimumAspect, maximumAspect);
        var width = Math.Clamp(Rounded(shape.Height * aspect), 1, shape.Width);
        var height = Math.Clamp(Rounded(shape.Width / aspect), 1, shape.Height);
        return new((shape.Width - width) / 2, (shape.Height - height) / 2, width, height);
    }

    private static int Rounded(double value) => (int)Math.Round(Math.Min(value, int.MaxValue), MidpointRounding.AwayFromZero);
}
