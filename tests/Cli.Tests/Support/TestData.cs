using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Cli.Tests.Support;

/// <summary>A small data set in IDX form: 40 training and 60 test images of 28×28, each different; the model is right on five of six.</summary>
internal static class TestData
{
    public const int TestImages = 60;
    public const double Accuracy = 50.0 / 60;
    private const int TrainImages = 40;
    private const int Side = 28;

    public static int Label(int index) => index % 9;

    public static int Predicted(int index) => index % 6 == 0 ? Label(index) + 1 : Label(index);

    /// <summary>Which test image these pixels are.</summary>
    public static int IndexOf(byte[] pixels) => pixels.Length == Side * Side && pixels.AsSpan().SequenceEqual(Pixels(pixels[0]))
        ? pixels[0]
        : throw new InvalidDataException("These pixels are no test image.");

    public static byte[] Pixels(int index) => [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(index + i * (index + 1)))];

    public static void Write(string folder)
    {
        WriteImages(Path.Combine(folder, "train-images-idx3-ubyte.gz"), TrainImages, first: 100);
        WriteLabels(Path.Combine(folder, "train-labels-idx1-ubyte.gz"), TrainImages);
        WriteImages(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), TestImages, first: 0);
        WriteLabels(Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"), TestImages);
    }

    private static void WriteImages(string path, int count, int first) =>
        Write(path, [count, Side, Side], [.. Enumerable.Range(first, count).SelectMany(Pixels)]);

    private static void WriteLabels(string path, int count) => Write(path, [count], [.. Enumerable.Range(0, count).Select(i => (byte)Label(i))]);

    private static void Write(string path, int[] shape, byte[] data)
    {
        using var file = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        file.Write([0, 0, 8, (byte)shape.Length]);
        var word = new byte[4];
        foreach (var extent in shape)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, extent);
            file.Write(word);
        }

        file.Write(data);
    }
}
