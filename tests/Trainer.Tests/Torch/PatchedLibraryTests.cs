using TorchSharp;
using Mesh.Tests.Shared;
using Mesh.Trainer.Torch;
using Xunit;

namespace Mesh.Trainer.Tests.Torch;

public sealed class PatchedLibraryTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private static readonly string Library = Path.Combine(NativeTorch.Folder(), "libLibTorchSharp.so");

    [Fact]
    public void The_copy_is_made_once_and_mended_when_damaged()
    {
        using var folder = new TemporaryFolder();
        var copy = PatchedLibrary.Create(Library, Version, folder.File("native"));
        var good = File.ReadAllBytes(copy);
        var made = File.GetLastWriteTimeUtc(copy);
        Assert.Equal(copy, PatchedLibrary.Create(Library, Version, folder.File("native")));
        Assert.Equal(made, File.GetLastWriteTimeUtc(copy));

        File.WriteAllBytes(copy, good[..^1]);
        Assert.Equal(copy, PatchedLibrary.Create(Library, Version, folder.File("native")));
        Assert.Equal(good, File.ReadAllBytes(copy));
        Assert.Single(Directory.EnumerateFiles(folder.File("native")));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("native")));
    }

    [Fact]
    public void A_folder_that_others_may_write_in_is_refused_and_rests_are_removed()
    {
        using var folder = new TemporaryFolder();
        var copy = PatchedLibrary.Create(Library, Version, folder.File("native"));
        var rest = folder.File("native", $".{Path.GetFileName(copy)}.deadbeef");
        File.WriteAllText(rest, "half");
        File.SetLastWriteTimeUtc(rest, DateTime.UtcNow.AddDays(-1));
        File.Delete(copy);
        PatchedLibrary.Create(Library, Version, folder.File("native"));
        Assert.Equal([copy], Directory.EnumerateFiles(folder.File("native")));

        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(folder.File("native"), File.GetUnixFileMode(folder.File("native")) | UnixFileMode.OtherWrite);
        Assert.Contains("others may write", Assert.Throws<NativeTorchException>(() => PatchedLibrary.Create(Library, Version, folder.File("native"))).Message);
    }

    [Fact]
    public void A_library_that_cannot_be_patched_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("lib.so"), "not a library");
        Assert.Equal(folder.File("lib.so"),
            Assert.Throws<NativeTorchException>(() => PatchedLibrary.Create(folder.File("lib.so"), Version, folder.Path)).Library);
        Assert.Contains("GLIBCXX_9", Assert.Throws<NativeTorchException>(() => PatchedLibrary.Create(Library, "GLIBCXX_9", folder.Path)).Message);
    }

    [Fact]
    public void Loading_twice_is_harmless_and_torch_answers()
    {
        NativeTorch.EnsureLoaded();
        NativeTorch.EnsureLoaded();
        using var three = torch.ones(3).sum();
        Assert.Equal(3f, three.ToSingle());
    }

    [Fact]
    public void A_device_that_is_not_there_is_explained()
    {
        Assert.Contains("cpu, cuda", Assert.Throws<DeviceException>(() => ComputeDevice.Open("tpu")).Message);
        Assert.Equal(DeviceType.CPU, ComputeDevice.Open("cpu").type);
        if (!torch.cuda.is_available())
            Assert.Contains("MeshAccelerator=cuda", Assert.Throws<DeviceException>(() => ComputeDevice.Open("cuda")).Message);
    }
}
