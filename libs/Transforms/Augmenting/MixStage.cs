using System.Buffers;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Augmenting;

/// <summary>
/// Mixes the images of a batch with one another, after everything that is done to each of them. The loss is mixed in the same shares:
/// share · loss(own label) + (1 − share) · loss(label of the partner). Immutable; safe on any number of threads.
/// </summary>
public sealed class MixStage
{
    // Shares are in steps of 2⁻¹⁶, so that the share that is told is exactly the one that was mixed by.
    private const int One = 1 << 16;

    private readonly int column;
    private readonly double alpha;
    private readonly int stream;

    internal MixStage(int column, double alpha, int stream) => (this.column, this.alpha, this.stream) = (column, alpha, stream);

    /// <summary>The row that a row is mixed with.</summary>
    public static int PartnerOf(int row, int rows) => row + 1 == rows ? 0 : row + 1;

    /// <summary>Mixes each row with its partner, in place.</summary>
    /// <param name="rows">The batch.</param>
    /// <param name="samples">For each row, the place of its sample in the data.</param>
    /// <param name="seed">Of the training run.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="shares">Becomes, for each row, how much of itself is left in it, 0 to 1.</param>
    public void Apply(RowBatch rows, ReadOnlySpan<long> samples, long seed, long epoch, Span<float> shares)
    {
        if (rows.Rows == 0)
            return;
        var first = rows.Cell(column, 0);
        var kept = ArrayPool<byte>.Shared.Rent(first.Length);
        first.CopyTo(kept);
        for (var row = 0; row < rows.Rows; row++)
        {
            var random = new SampleRandom(seed, epoch, samples[row], stream);
            var share = (int)Math.Round(BetaDistribution.Draw(alpha, ref random) * One);
            shares[row] = (float)share / One;
            // The next row is as it was: rows are mixed in order, and the first was kept.
            Mix(rows.Cell(column, row), row + 1 < rows.Rows ? rows.Cell(column, row + 1) : kept.AsSpan(0, first.Length), share);
        }

        ArrayPool<byte>.Shared.Return(kept);
    }

    private static void Mix(Span<byte> row, ReadOnlySpan<byte> partner, int share)
    {
        partner = partner[..row.Length];
        for (var i = 0; i < row.Length; i++)
            row[i] = (byte)((row[i] * share + partner[i] * (One - share) + One / 2) >> 16);
    }
}
