using Mesh.Transforms.Tests.Support;

namespace Mesh.Transforms.Tests;

/// <summary>Measures the whole process, so nothing else may run meanwhile.</summary>
[Collection(Alone)]
public class FlatMemoryTests
{
    private const string Alone = "alone";

    private static readonly FittedPipeline Fitted = Pipelines
        .Of(("decode-image", "{}"), ("grayscale", "{}"), ("resize", """{"width":14,"height":14}"""), ("normalize", "{}"))
        .Fit([], [RawRecord.Raw("gray", new byte[784], 28, 28, 1)]);

    [Fact]
    public void Memory_does_not_grow_with_the_number_of_images()
    {
        var pixels = new byte[512 * 512 * 3];
        new Random(1).NextBytes(pixels);
        var png = PngWriter.Write(pixels, 512, 512, 2);
        var good = RawRecord.Encoded("good", png);
        var bad = RawRecord.Encoded("bad", png.AsMemory(0, png.Length - 5000));

        Work(30);
        var before = Resident();
        Work(300);
        // Each image leaks 0.8 MB at least if anything holds on to it: 240 MB.
        Assert.InRange(Resident() - before, long.MinValue, 80L << 20);

        void Work(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Fitted.Apply(good);
                Assert.Throws<TransformException>(() => Fitted.Apply(bad));
            }
        }

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return Environment.WorkingSet;
        }
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class Collection;
}
