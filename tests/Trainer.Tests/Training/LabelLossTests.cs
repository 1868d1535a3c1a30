using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace Mesh.Trainer.Tests.Training;

public sealed class LabelLossTests
{
    private static readonly float[] Logits = [1.5f, -0.25f, 0.75f, 0.1f, 2.5f, -1, -0.6f, 0.2f, 0.9f];
    private static readonly long[] Labels = [2, 0, 1];
    private static readonly float[] Shares = [0.25f, 1, 0.625f];

    public LabelLossTests() => NativeTorch.EnsureLoaded();

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Mixed_inputs_have_the_cross_entropy_of_soft_labels(double smoothing)
    {
        var expected = 0.0;
        for (var row = 0; row < 3; row++)
        {
            var logits = Logits.Skip(row * 3).Take(3).Select(value => (double)value).ToArray();
            var logSum = Math.Log(logits.Sum(Math.Exp));
            var target = new double[3];
            target[Labels[row]] += Shares[row];
            target[Labels[(row + 1) % 3]] += 1 - Shares[row];
            for (var kind = 0; kind < 3; kind++)
                expected -= (target[kind] * (1 - smoothing) + smoothing / 3) * (logits[kind] - logSum) / 3;
        }

        Assert.Equal(expected, Of(Shares, smoothing), 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Whole_shares_are_no_mixture(double smoothing) => Assert.Equal(Of(null, smoothing), Of([1, 1, 1], smoothing), 1e-6);

    private static double Of(float[]? shares, double smoothing)
    {
        using var scope = NewDisposeScope();
        return LabelLoss.Of(tensor(Logits, [3, 3]), tensor(Labels), shares is null ? null : tensor(shares), smoothing).item<float>();
    }
}
