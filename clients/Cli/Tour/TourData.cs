using Mesh.Cli.Files;
using Mesh.Cli.Images;
using Mesh.Cli.Running;

namespace Mesh.Cli.Tour;

/// <summary>The images of the tour: the files to upload, and the test images to ask about.</summary>
/// <param name="TestPixels">uint8 [images, height, width]</param>
/// <param name="TestLabels">Class index by test image.</param>
internal sealed record TourData(
    string Folder, IReadOnlyList<DataFile> Files, IReadOnlyList<string> LabelNames, int TrainCount, int Height, int Width, byte[] TestPixels, byte[] TestLabels)
{
    private static readonly string[] FashionMnist =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    private static readonly string[] Names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    public int TestCount => TestLabels.Length;

    /// <summary>A test image as a PNG file.</summary>
    public byte[] TestPng(int index) => GrayPng.Encode(TestPixels.AsSpan(index * Height * Width, Height * Width), Height, Width);

    /// <param name="folder">Null means the sample that ships with the repository.</param>
    /// <exception cref="CommandException">The files are not there.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says.</exception>
    public static async Task<TourData> LoadAsync(string? folder, CancellationToken cancel)
    {
        folder ??= Sample();
        var files = new List<DataFile>();
        foreach (var name in Names)
        {
            var path = new[] { name + ".gz", name }.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists)
                ?? throw CommandException.Usage($"{folder} has no {name}.gz. It needs {string.Join(", ", Names)}, each with or without .gz.");
            files.Add(await DataFile.ByContentAsync(path, Path.GetFileName(path), cancel));
        }

        var (trainImages, trainLabels) = (IdxFile.Read(files[0].Path, 3), IdxFile.Read(files[1].Path, 1));
        var (testImages, testLabels) = (IdxFile.Read(files[2].Path, 3), IdxFile.Read(files[3].Path, 1));
        Require(trainImages.Shape[0] == trainLabels.Shape[0], $"{files[0].Path} has {trainImages.Shape[0]} images, but {files[1].Path} has {trainLabels.Shape[0]} labels.");
        Require(testImages.Shape[0] == testLabels.Shape[0], $"{files[2].Path} has {testImages.Shape[0]} images, but {files[3].Path} has {testLabels.Shape[0]} labels.");
        Require(trainImages.Shape.AsSpan(1).SequenceEqual(testImages.Shape.AsSpan(1)), $"The images of {files[0].Path} and {files[2].Path} differ in size.");

        var labels = await LabelsAsync(folder, cancel);
        Require(trainLabels.Data.Concat(testLabels.Data).Max() < labels.Length, $"There are labels above {labels.Length - 1}, but {labels.Length} label names. Put them in {folder}/labels.txt, one a line.");
        return new(folder, files, labels, trainImages.Shape[0], trainImages.Shape[1], trainImages.Shape[2], testImages.Data, testLabels.Data);
    }

    private static async Task<string[]> LabelsAsync(string folder, CancellationToken cancel)
    {
        var path = Path.Combine(folder, "labels.txt");
        return File.Exists(path)
            ? [.. (await File.ReadAllLinesAsync(path, cancel)).Select(line => line.Trim()).Where(line => line.Length > 0)]
            : FashionMnist;
    }

    private static string Sample()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Directory.GetCurrentDirectory() })
        {
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                if (File.Exists(Path.Combine(at.FullName, "Mesh.sln")))
                {
                    return Path.Combine(at.FullName, "samples", "fashion-mnist");
                }
            }
        }

        throw CommandException.Usage("The sample data lies in samples/fashion-mnist of the repository, which is not above this folder. Name a folder of IDX files with --data.");
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidDataException(problem);
        }
    }
}
