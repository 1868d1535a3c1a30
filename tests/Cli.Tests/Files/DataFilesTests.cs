using Mesh.Cli.Files;
using Mesh.Cli.Running;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Cli.Tests.Files;

public sealed class DataFilesTests
{
    [Fact]
    public void Of_a_folder_every_file_counts_with_its_relative_path()
    {
        using var folder = Folder("b.csv", "a/2.png", "a/1.png", "a/deep/er/x", ".hidden", ".git/config", "a/.DS_Store");
        Assert.Equal(["a/1.png", "a/2.png", "a/deep/er/x", "b.csv"], Names(folder.Path));
        Assert.Equal(["a/1.png", "a/2.png", "a/deep/er/x", "b.csv"], Names(folder.Path + "/"));
    }

    [Fact]
    public void IDX_files_and_archives_go_before_what_lies_beside_them()
    {
        using var idx = Folder("README.md", "labels.txt", "train-images-idx3-ubyte.gz", "deep/train-labels-idx1-ubyte");
        Assert.Equal(["train-images-idx3-ubyte.gz", "labels.txt"], Names(idx.Path));
        using var archives = Folder("README.md", "pets.ZIP", "more.tar.gz", "deep/x.zip");
        Assert.Equal(["more.tar.gz", "pets.ZIP"], Names(archives.Path));
    }

    [Fact]
    public void Links_that_lead_out_are_told_and_not_followed()
    {
        using var outside = Folder("secret");
        using var folder = Folder("a/real.csv");
        File.CreateSymbolicLink(folder.File("out.csv"), outside.File("secret"));
        File.CreateSymbolicLink(folder.File("sly.csv"), Path.Combine("a", "..", "..", Path.GetFileName(outside.Path), "secret"));
        File.CreateSymbolicLink(folder.File("in.csv"), Path.Combine("a", "real.csv"));
        File.CreateSymbolicLink(folder.File("gone.csv"), folder.File("nothing"));
        Directory.CreateSymbolicLink(folder.File("loop"), folder.Path);
        Directory.CreateSymbolicLink(folder.File("z"), outside.Path);
        var told = new List<string>();
        Assert.Equal(["a/real.csv", "in.csv"], DataFiles.Find([folder.Path], told.Add).Select(f => f.Name));
        Assert.Equal(
            [
                "Left out gone.csv: a link to nothing.", "Left out loop: a link to a folder.", "Left out out.csv: a link that leads out of the folder.",
                "Left out sly.csv: a link that leads out of the folder.", "Left out z: a link to a folder.",
            ],
            told);
    }

    [Fact]
    public void A_folder_that_is_reached_by_a_link_is_a_folder()
    {
        using var folder = Folder("a/1.csv");
        using var beside = new TemporaryFolder();
        File.CreateSymbolicLink(folder.File("in.csv"), folder.File("a", "1.csv"));
        Directory.CreateSymbolicLink(beside.File("link"), folder.Path);
        Assert.Equal(["a/1.csv", "in.csv"], Names(beside.File("link")));
    }

    [Fact]
    public void What_cannot_be_a_version_is_refused()
    {
        using var empty = new TemporaryFolder();
        using var one = Folder("x.csv");
        using var two = Folder("x.csv");
        Assert.Contains("no files", Assert.Throws<CommandException>(() => Names(empty.Path)).Message);
        Assert.Contains("both be called x.csv", Assert.Throws<CommandException>(() => Names(one.Path, two.Path)).Message);
    }

    private static IEnumerable<string> Names(params string[] paths) => DataFiles.Find(paths, _ => { }).Select(f => f.Name);

    private static TemporaryFolder Folder(params string[] files)
    {
        var folder = new TemporaryFolder();
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(file))!);
            File.WriteAllText(folder.File(file), file);
        }

        return folder;
    }
}
