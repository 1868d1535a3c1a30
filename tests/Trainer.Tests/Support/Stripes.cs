using Mesh.ModelGraph;
using Mesh.Trainer.Batches;

namespace Mesh.Trainer.Tests.Support;

/// <summary>Small synthetic images that can be told apart: each class has a bright stripe of its own on noise.</summary>
internal sealed class Stripes
{
    public const int Side = 8;
    public const int Classes = 4;
    public static readonly TensorShape Shape = new(1, Side, Side);

    private readonly byte[] pixels;
    private readonly long[] labels;

    public Stripes(int count, int seed)
    {
        var random = new Random(seed);
        pixels = new byte[count * Side * Side];
        labels = new long[count];
        random.NextBytes(pixels);
        for (var i = 0; i < count; i++)
        {
            labels[i] = random.Next(Classes);
            for (var x = 0; x < Side; x++)
                for (var y = 0; y < 2; y++) pixels[(i * Side + (int)labels[i] * 2 + y) * Side + x] |= 0x80;
        }
    }

    public long[] Labels => labels;

    public SampleSource Source(bool keepUnlabelled = false) => new(Shape, labels, Classes, Gather, Convert, keepUnlabelled);

    public void Gather(ReadOnlySpan<long> rows, Span<byte> destination)
    {
        for (var i = 0; i < rows.Length; i++) pixels.AsSpan((int)rows[i] * Side * Side, Side * Side).CopyTo(destination[(i * Side * Side)..]);
    }

    public static void Convert(ReadOnlySpan<byte> rows, int count, Span<float> destination)
    {
        for (var i = 0; i < rows.Length; i++) destination[i] = rows[i] / 127.5f - 1;
    }
}
