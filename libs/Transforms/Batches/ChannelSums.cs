using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Batches;

/// <summary>
/// Count, sum and sum of squares per channel as integers. Floating sums would depend on how the data was split and in which order the parts
/// were added; these do not, so the same data always gives the same mean, to the bit.
/// </summary>
internal sealed class ChannelSums(StepContext step) : IFit
{
    // n · Σx² must fit 128 bits: 2^55 pixels · (2^55 · 2^16).
    private const long MaximumPixels = 1L << 55;

    private UInt128[] sums = [];
    private UInt128[] squares = [];
    private long pixels;

    public void Observe(WorkingRecord record)
    {
        var image = record.Pixels(step.InputSlots[0]);
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

        pixels += (long)image.Frames * image.Height * image.Width;
    }

    public void Merge(IFit other)
    {
        var more = (ChannelSums)other;
        if (more.pixels == 0)
            return;
        Allocate(more.sums.Length);
        if (more.sums.Length != sums.Length)
            throw Wrong($"sums of {more.sums.Length} and {sums.Length} channels cannot be merged");
        if (pixels + more.pixels > MaximumPixels)
            throw Wrong($"more than {MaximumPixels} pixels cannot be measured exactly");
        for (var channel = 0; channel < sums.Length; channel++)
        {
            sums[channel] += more.sums[channel];
            squares[channel] += more.squares[channel];
        }

        pixels += more.pixels;
    }

    public void Save(FitWriter state)
    {
        state.Count(sums.Length);
        state.Count(pixels);
        foreach (var (sum, square) in sums.Zip(squares))
        {
            state.Count(sum);
            state.Count(square);
        }
    }

    public void Load(FitReader state)
    {
        var channels = (int)state.Long(4);
        pixels = state.Long(MaximumPixels);
        if (channels == 0 != (pixels == 0))
            throw state.Wrong("there are channels without pixels");
        (sums, squares) = (new UInt128[channels], new UInt128[channels]);
        var count = (UInt128)pixels;
        for (var channel = 0; channel < channels; channel++)
        {
            sums[channel] = state.Count(count * byte.MaxValue);
            squares[channel] = state.Count(count * byte.MaxValue * byte.MaxValue);
            // No numbers have such sums (Cauchy and Schwarz), and a root could not be taken.
            if (count * squares[channel] < sums[channel] * sums[channel])
                throw state.Wrong("its sums are of no pixels");
        }
    }

    public JsonObject Complete(StepContext completed)
    {
        var given = step.Values.Numbers("mean");
        var (mean, std) = given.Length > 0 ? Given(given, step.Values.Numbers("std"), completed.Inputs[0].Shape![0]) : Measured();
        return new()
        {
            ["mean"] = new JsonArray([.. mean.Select(value => JsonValue.Create(value))]),
            ["std"] = new JsonArray([.. std.Select(value => JsonValue.Create(value))]),
        };
    }

    private (double[] Mean, double[] Std) Given(double[] mean, double[] std, int channels)
    {
        if (mean.Length != 1 && mean.Length != channels)
            throw Wrong($"mean has {mean.Length} numbers but the images have {channels} channels");
        return mean.Length == channels ? (mean, std) : ([.. Enumerable.Repeat(mean[0], channels)], [.. Enumerable.Repeat(std[0], channels)]);
    }

    private (double[] Mean, double[] Std) Measured()
    {
        if (pixels > MaximumPixels)
            throw Wrong($"more than {MaximumPixels} pixels cannot be measured exactly");
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

    private TransformException Wrong(string reason) => new(step.Name, null, reason);

    private void Allocate(int channels)
    {
        if (sums.Length == 0)
            (sums, squares) = (new UInt128[channels], new UInt128[channels]);
    }
}
