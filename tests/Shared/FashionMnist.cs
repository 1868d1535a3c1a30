namespace Mesh.Tests.Shared;

/// <summary>One split of Fashion-MNIST: 28×28 grey images and labels 0–9, in file order.</summary>
public sealed record FashionMnist(byte[] Pixels, byte[] Labels)
{
    public const int Side = 28;
    public const int ImageBytes = Side * Side;

    public static readonly string[] ClassNames =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The sample that ships with the repository.</summary>
    public static string Folder => Path.Combine(RepoRoot.Path, "samples", "fashion-mnist");

    public int Count => Labels.Length;

    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(index * ImageBytes, ImageBytes);

    public static FashionMnist Train() => Load(Folder, "train");

    public static FashionMnist Test() => Load(Folder, "t10k");

    /// <summary>Reads <c>{split}*images*</c> and <c>{split}*labels*</c> of a folder; the split is <c>train</c> or <c>t10k</c>.</summary>
    public static FashionMnist Load(string folder, string split)
    {
        var images = IdxFile.Read(Directory.EnumerateFiles(folder, $"{split}*images*").Single());
        var labels = IdxFile.Read(Directory.EnumerateFiles(folder, $"{split}*labels*").Single());
        return images.Shape is [var count, Side, Side] && labels.Shape is [var labelled] && count == labelled
            ? new FashionMnist(images.Data, labels.Data)
            : throw new InvalidDataException($"The {split} files of {folder} are not Fashion-MNIST.");
    }
}
