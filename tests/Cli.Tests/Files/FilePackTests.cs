using System.Formats.Tar;
using Mesh.Cli.Files;
using Mesh.Cli.Output;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Cli.Tests.Files;

public sealed class FilePackTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_files_are_the_same_archive_which_is_gone_afterwards()
    {
        using var folder = Folder(FilePack.MaxFiles + 1);
        var deep = folder.File(new string('d', 150), $"{new string('f', 150)}ü.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(deep)!);
        await File.WriteAllTextAsync(deep, "far below", Cancel);
        await File.WriteAllTextAsync(folder.File("labels.txt"), "a", Cancel);
        var files = DataFiles.Find([folder.Path], _ => { });

        var (path, bytes) = ("", new List<byte[]>());
        for (var i = 0; i < 2; i++)
        {
            await SendAsync(files, async sent =>
            {
                Assert.Equal(["x.tar", "labels.txt"], sent.Select(file => file.Name));
                Assert.Equal(new FileInfo(path = sent[0].Path).Length, sent[0].Size);
                bytes.Add(await File.ReadAllBytesAsync(path, Cancel));
            });
            Assert.False(File.Exists(path));
        }

        Assert.Equal(bytes[0], bytes[1]);
        var held = new List<(string, string)>();
        using var tar = new TarReader(new MemoryStream(bytes[0]));
        while (await tar.GetNextEntryAsync(cancellationToken: Cancel) is { } entry)
        {
            held.Add((entry.Name, await new StreamReader(entry.DataStream!).ReadToEndAsync(Cancel)));
        }

        Assert.Equal(files.Where(file => file.Name != "labels.txt").Select(file => (file.Name, File.ReadAllText(file.Path))), held);
    }

    [Fact]
    public async Task As_many_files_as_a_version_has_are_sent_as_they_are()
    {
        using var folder = Folder(FilePack.MaxFiles);
        var files = DataFiles.Find([folder.Path], _ => { });
        await SendAsync(files, sent =>
        {
            Assert.Equal(files, sent);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task An_archive_that_was_not_sent_is_gone_too()
    {
        using var folder = Folder(FilePack.MaxFiles + 1);
        var path = "";
        await Assert.ThrowsAsync<OperationCanceledException>(() => SendAsync(DataFiles.Find([folder.Path], _ => { }), sent =>
        {
            Assert.True(File.Exists(path = sent[0].Path));
            throw new OperationCanceledException();
        }));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task Two_runs_at_once_do_not_meet_and_what_a_killed_one_left_goes()
    {
        using var folder = Folder(FilePack.MaxFiles + 1);
        var files = DataFiles.Find([folder.Path], _ => { });
        var (left, held) = ("", "");
        await SendAsync(files, async first =>
        {
            var cache = Path.GetDirectoryName(first[0].Path)!;
            (left, held) = (Old(cache), Old(cache));
            using var sending = File.OpenRead(held);
            await SendAsync(files, async second => Assert.Equal(await File.ReadAllBytesAsync(first[0].Path, Cancel), await File.ReadAllBytesAsync(second[0].Path, Cancel)));
            Assert.Equal((true, false, true), (File.Exists(first[0].Path), File.Exists(left), File.Exists(held)));
        });
        File.Delete(held);

        static string Old(string folder)
        {
            var path = Path.Combine(folder, $"pack-{Guid.NewGuid():n}.tar");
            File.WriteAllText(path, "x");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-2));
            return path;
        }
    }

    private static Task SendAsync(IReadOnlyList<DataFile> files, Func<IReadOnlyList<DataFile>, Task> send) => FilePack.SendAsync(
        new Terminal(json: false, quiet: true),
        files,
        "x.tar",
        async sent =>
        {
            await send(sent);
            return true;
        },
        Cancel);

    private static TemporaryFolder Folder(int files)
    {
        var folder = new TemporaryFolder();
        for (var i = 0; i < files; i++)
        {
            File.WriteAllText(folder.File($"{i}.txt"), $"{i}");
        }

        return folder;
    }
}
