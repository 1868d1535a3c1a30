using Mesh.Cli.Images;
using Mesh.Tests.Shared;
using Xunit;
using Expected = Mesh.Tests.Shared.IdxFile;
using IdxFile = Mesh.Cli.Images.IdxFile;

namespace Mesh.Cli.Tests.Images;

public sealed class IdxFileTests
{
    [Theory]
    [InlineData("t10k-images-idx3-ubyte.gz", 3)]
    [InlineData("train-labels-idx1-ubyte.gz", 1)]
    public void Reads_the_sample(string name, int dimensions)
    {
        var path = Path.Combine(FashionMnist.Folder, name);
        var expected = Expected.Read(path);

        var read = IdxFile.Read(path, dimensions);

        Assert.Equal(expected.Shape, read.Shape);
        Assert.Equal(expected.Data, read.Data);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3 })]
    [InlineData(new byte[] { 0, 0, 8, 1, 255, 255, 255, 255 })]
    [InlineData(new byte[] { 0, 0, 8, 1, 127, 255, 255, 255, 1 })]
    [InlineData(new byte[] { 0, 0, 9, 1, 0, 0, 0, 1, 1 })]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 1 })]
    public void Refuses_other_files_naming_them(byte[] content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("data-idx1-ubyte");
        File.WriteAllBytes(path, content);

        var refused = Assert.Throws<InvalidDataException>(() => IdxFile.Read(path, 1));

        Assert.StartsWith(path, refused.Message);
    }

    [Fact]
    public void Refuses_what_cannot_be_unpacked()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("data-idx1-ubyte.gz");
        File.WriteAllBytes(path, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

        Assert.StartsWith(path, Assert.Throws<InvalidDataException>(() => IdxFile.Read(path, 1)).Message);
    }
}
