using CsCheck;
using Mesh.Cli.Images;
using NetVips;
using Xunit;

namespace Mesh.Cli.Tests.Images;

public sealed class GrayPngTests
{
    [Fact]
    public void Libvips_reads_the_same_pixels() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60]).SelectMany((height, width) => Gen.Byte.Array[height * width].Select(pixels => (height, width, pixels)))
            .Sample(image =>
            {
                using var read = Image.PngloadBuffer(GrayPng.Encode(image.pixels, image.height, image.width), failOn: Enums.FailOn.Warning);
                Assert.Equal((image.height, image.width, 1), (read.Height, read.Width, read.Bands));
                Assert.Equal(image.pixels, read.WriteToMemory<byte>());
            }, iter: 300);
}
