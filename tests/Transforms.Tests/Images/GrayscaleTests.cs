using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests.Images;

public class GrayscaleTests
{
    [Fact]
    public void Colour_becomes_luma()
    {
        // 0.299·255 = 76.2, 0.587·255 = 149.7, 0.114·255 = 29.1, and 0.299·10 + 0.587·20 + 0.114·30 = 18.15.
        byte[] pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 10, 20, 30];
        var (shape, bytes) = Pipelines.Run(RawRecord.Raw("a", pixels, 1, 5, 3), ("decode-image", "{}"), ("grayscale", "{}"));
        Assert.Equal([1, 1, 5], shape);
        Assert.Equal([76, 150, 29, 255, 18], bytes);
    }

    [Fact]
    public void Gray_is_untouched_and_equal_channels_keep_their_level()
    {
        var levels = Enumerable.Range(0, 256).Select(level => (byte)level).ToArray();
        Assert.Equal(levels, Pipelines.Run(RawRecord.Raw("a", levels, 16, 16, 1), ("decode-image", "{}"), ("grayscale", "{}")).Bytes);

        var triple = levels.SelectMany(level => new[] { level, level, level }).ToArray();
        Assert.Equal(levels, Pipelines.Run(RawRecord.Raw("a", triple, 16, 16, 3), ("decode-image", "{}"), ("grayscale", "{}")).Bytes);
    }
}
