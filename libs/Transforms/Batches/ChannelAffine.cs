namespace Mesh.Transforms.Batches;

/// <summary>
/// y = x · scale + offset for every channel, x being the byte 0 … 255. Kept in double until the last step so that composing loses nothing.
/// </summary>
internal sealed record ChannelAffine(double[] Scale, double[] Offset)
{
    /// <summary>Bytes to 0 … 1.</summary>
    public static ChannelAffine Unit(int channels)
    {
        var scale = new double[channels];
        Array.Fill(scale, 1.0 / 255);
        return new(scale, new double[channels]);
    }
}
