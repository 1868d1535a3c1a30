using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Images;

namespace Mesh.Transforms.Batches;

/// <summary>
/// Count, sum and sum of squares per channel as integers. Floating sums would depend on how the data was split and in which order the parts
/// were added; these do not, so the same data always gives the same mean, to the bit.
/// </summary>
internal sealed class ChannelSums(double[] givenMean, double[] givenStd) : IFit
{
    // n · Σx² must fit 128 bits: 2^55 pixels · (2^55 · 2^16).
    private const long MaximumPixels = 1L << 55;

    private UInt128[] sums = [];
    private UInt128[] squares = [];
    private long pixels;

    public void Observe(WorkingRecord record)
    {
        var image = record.Image;
        var channels = image.Channels;
        var values = image.Pixels.Span;
        Allocate(channels);
        for (var channel = 0; channel < channels; channel++)
        {
            ulong sum = 0, square = 0;
            for (var i = channel; i < values.Length; i += channels)
            {
                uint value = values[i];
                sum += value;
                square += value * value;
            }

            sums[channel] += sum;
            squares[channel] += square;
        }

        pixels = checked(pixels + image.Height * image.Width);
    }

    public void Merge(IFit other)
    {
        var more = (ChannelSums)other;
        if (more.pixels == 0)
            return;
        Allocate(more.sums.Length);
        if (more.sums.Length != sums.Length)
            throw new TransformException(Normalize.TypeName, null, $"sums of {more.sums.Length} and {sums.Length} channels cannot be merged");
        for (var channel = 0; channel < sums.Length; channel++)
        {
            sums[channel] += more.sums[channel];
            squares[channel] += more.squares[channel];
        }

        pixels = checked(pixels + more.pixels);
    }

    public JsonObject Complete(FitContext context)
    {
        var (mean, std) = givenMean.Length > 0 ? Given(context.Channels) : Measured();
        return new()
        {
            ["mean"] = new JsonArray([.. mean.Select(value => JsonValue.Create(value))]),
            ["std"] = new JsonArray([.. std.Select(value => JsonValue.Create(value))]),
        };
    }

    private (double[] Mean, double[] Std) Given(int channels)
    {
        if (givenMean.Length != 1 && givenMean.Length != channels)
            throw new TransformException(Normalize.TypeName, null, $"mean has {givenMean.Length} numbers but the images have {channels} channels");
        return givenMean.Length == channels
            ? (givenMean, givenStd)
            : ([.. Enumerable.Repeat(givenMean[0], channels)], [.. Enumerable.Repeat(givenStd[0], channels)]);
    }

    private (double[] Mean, double[] Std) Measured()
    {
        if (pixels > MaximumPixels)
            throw new TransformException(Normalize.TypeName, null, $"more than {MaximumPixels} pixels cannot be measured exactly");
        var (mean, std) = (new double[sums.Length], new double[sums.Length]);
        for (var channel = 0; channel < sums.Length; channel++)
        {
            var (sum, count) = (sums[channel], (UInt128)pixels);
            mean[channel] = (double)sum / pixels / 255;

            // n·Σx² − (Σx)² = n²·variance, exact. A channel that never changes keeps its scale: there is nothing to divide by.
            var spread = count * squares[channel] - sum * sum;
            std[channel] = spread == 0 ? 1 : Math.Sqrt((double)spread) / pixels / 255;
        }

        return (mean, std);
    }

    private void Allocate(int channels)
    {
        if (sums.Length == 0)
            (sums, squares) = (new UInt128[channels], new UInt128[channels]);
    }
}
