namespace Mesh.Transforms.Images;

/// <summary>Which frames of a sequence are taken.</summary>
/// <param name="Count">How many.</param>
/// <param name="Stride">One in so many, from the first on; 0 for evenly spaced: the middles of as many equal parts of the sequence.</param>
/// <param name="Repeat">Whether frames are taken several times when there are too few.</param>
internal sealed record FrameChoice(int Count, int Stride, bool Repeat)
{
    /// <summary>How many frames there have to be.</summary>
    public long Needed => Repeat ? 1 : Stride == 0 ? Count : (Count - 1L) * Stride + 1;

    /// <summary>The frame at one of the <see cref="Count"/> places; never one before that at the place before.</summary>
    public int At(int place, int available) => Stride == 0
        ? (int)((2L * place + 1) * available / (2L * Count))
        : (int)Math.Min(available - 1, (long)place * Stride);
}
