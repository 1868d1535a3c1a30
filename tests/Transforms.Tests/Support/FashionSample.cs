using System.Buffers.Binary;
using System.IO.Compression;

namespace Mesh.Transforms.Tests.Support;

/// <summary>IDX image sets: the sample of the repository, and the full set where it is installed.</summary>
internal sealed class FashionSample
{
    public const string FullSet = "/usr/share/datasets/fashion-mnist";

    private readonly byte[] images;
    private readonly byte[] classes;

    private FashionSample(string folder, string split)
    {
        images = Unzip(Path.Combine(folder, $"{split}-images-idx3-ubyte.gz"));
        classes = Unzip(Path.Combine(folder, $"{split}-labels-idx1-ubyte.gz"));
        Count = BinaryPrimitives.ReadInt32BigEndian(images.AsSpan(4));
    }

    public static string Folder { get; } = Path.Combine(Root(), "samples", "fashion-mnist");

    public static string[] ClassNames { get; } = File.ReadAllLines(Path.Combine(Folder, "labels.txt"));

    public int Count { get; }

    public static FashionSample Train() => new(Folder, "train");

    public static FashionSample Test() => new(Folder, "t10k");

    public static FashionSample FullTrain() => new(FullSet, "train");

    public int ClassOf(int index) => classes[8 + index];

    public ReadOnlyMemory<byte> Pixels(int index) => images.AsMemory(16 + 784 * index, 784);

    public RawRecord Record(int index) => RawRecord.Raw($"train/{index}", Pixels(index), 28, 28, 1, ClassNames[ClassOf(index)]);

    private static byte[] Unzip(string path)
    {
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        return memory.ToArray();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Mesh.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Mesh.sln is in no folder above the tests.");
        return folder;
    }
}
