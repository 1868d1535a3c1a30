using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Uploads;

/// <summary>`mesh dataset upload` against the real services; all of it processes.</summary>
public sealed class UploadCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_run_goes_on_where_the_first_was_killed_and_a_third_sends_nothing()
    {
        await using var mesh = await MeshPair.StartAsync(settings: ("Uploads__BytesPerSync", "1000000"));
        var images = Idx.Images(60_000, 28, 28, Idx.Random(60_000 * 784, 1));
        await File.WriteAllBytesAsync(mesh.Folder.File("train-images-idx3-ubyte"), images, Cancel);
        await File.WriteAllBytesAsync(mesh.Folder.File("train-labels-idx1-ubyte"), Idx.Labels(60_000, new byte[60_000]), Cancel);

        long kept = 0;
        using (var first = MeshCommand.Start(mesh.Gateway, "dataset", "upload", "digits", mesh.Folder.Path))
        {
            await Eventually.BecomesTrueAsync(
                async () => (kept = (await UploadsAsync(mesh, UploadState.Active)).Where(u => u.SizeBytes == images.Length).Select(u => u.CommittedBytes).FirstOrDefault()) > 0,
                TimeSpan.FromSeconds(60), "some of the images are on disk");
            first.Kill();
            await first.WaitForExitAsync(Cancel);
        }

        var begun = (await UploadsAsync(mesh, UploadState.Active)).Single(u => u.SizeBytes == images.Length);
        // Another place and time, as on another machine: it is known by its name and size.
        File.SetLastWriteTimeUtc(mesh.Folder.File("train-images-idx3-ubyte"), DateTime.UtcNow.AddDays(-1));
        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "upload", "digits", mesh.Folder.Path);
        var uploads = await UploadsAsync(mesh);
        Assert.Equal((begun.Name, UploadState.Finished, Sha256(images)), uploads.Where(u => u.SizeBytes == images.Length).Select(u => (u.Name, u.State, u.Sha256)).Single());
        var version = await mesh.Ingest.Datasets.GetVersionAsync($"{Project}/datasets/digits/versions/1");
        Assert.Equal(60_000, version.Splits.Single().RecordCount);

        // As files of another name: their bytes are known.
        using var again = new TemporaryFolder();
        File.Copy(mesh.Folder.File("train-images-idx3-ubyte"), again.File("t10k-images-idx3-ubyte"));
        File.Copy(mesh.Folder.File("train-labels-idx1-ubyte"), again.File("t10k-labels-idx1-ubyte"));
        var blob = mesh.Folder.File("state", "blobs", "ingest", "default", Sha256(images)[..2], Sha256(images));
        var written = File.GetLastWriteTimeUtc(blob);
        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "upload", "digits", again.Path);
        Assert.Equal(written, File.GetLastWriteTimeUtc(blob));
        Assert.Equal(version.Files.Select(f => f.Sha256).Order(), (await mesh.Ingest.Datasets.GetVersionAsync($"{Project}/datasets/digits/versions/2")).Files.Select(f => f.Sha256).Order());
    }

    [Fact]
    public async Task Two_files_of_one_name_and_size_are_two_uploads_whatever_was_stopped_halfway()
    {
        await using var mesh = await MeshPair.StartAsync(settings: ("Uploads__BytesPerSync", "1000000"));
        var contents = new Dictionary<string, byte[]>();
        foreach (var (name, seed) in new[] { ("mnist", 1), ("fashion", 2) })
        {
            contents[name] = Idx.Images(30_000, 28, 28, Idx.Random(30_000 * 784, seed));
            Directory.CreateDirectory(mesh.Folder.File(name));
            await File.WriteAllBytesAsync(mesh.Folder.File(name, "train-images-idx3-ubyte"), contents[name], Cancel);
            await File.WriteAllBytesAsync(mesh.Folder.File(name, "train-labels-idx1-ubyte"), Idx.Labels(30_000, new byte[30_000]), Cancel);
        }

        var size = contents["mnist"].Length;
        long kept = 0;
        using (var first = MeshCommand.Start(mesh.Gateway, "dataset", "upload", "mnist", mesh.Folder.File("mnist")))
        {
            await Eventually.BecomesTrueAsync(
                async () => (kept = (await UploadsAsync(mesh, UploadState.Active)).Where(u => u.SizeBytes == size).Select(u => u.CommittedBytes).FirstOrDefault()) > 0,
                TimeSpan.FromSeconds(60), "some of the images are on disk");
            first.Kill();
            await first.WaitForExitAsync(Cancel);
        }

        var begun = (await UploadsAsync(mesh, UploadState.Active)).Single(u => u.SizeBytes == size).Name;
        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "upload", "fashion", mesh.Folder.File("fashion"));
        var left = await mesh.Ingest.Datasets.GetUploadAsync(begun);
        Assert.Equal(UploadState.Active, left.State);
        Assert.InRange(left.CommittedBytes, kept, size);

        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "upload", "mnist", mesh.Folder.File("mnist"));
        Assert.Equal(Sha256(contents["mnist"]), (await mesh.Ingest.Datasets.GetUploadAsync(begun)).Sha256);
        foreach (var name in contents.Keys)
        {
            var version = await mesh.Ingest.Datasets.GetVersionAsync($"{Project}/datasets/{name}/versions/1");
            Assert.Contains(Sha256(contents[name]), version.Files.Select(f => f.Sha256));
        }
    }

    [Fact]
    public async Task A_folder_of_more_files_than_a_version_has_is_sent_as_one_archive()
    {
        await using var mesh = await MeshPair.StartAsync();
        for (var i = 0; i < 1002; i++)
        {
            var file = mesh.Folder.File("mails", i % 3 == 0 ? "spam" : "ham", $"{i}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, $"Mail {i}", Cancel);
        }

        await File.WriteAllLinesAsync(mesh.Folder.File("mails", "labels.txt"), ["spam", "ham"], Cancel);
        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "upload", "mails", mesh.Folder.File("mails"));
        var version = await mesh.Ingest.Datasets.GetVersionAsync($"{Project}/datasets/mails/versions/1");
        Assert.Equal(["labels.txt", "mails.tar"], version.Files.Select(f => f.Path));
        Assert.Equal(1002, version.Splits.Single().RecordCount);
        Assert.Equal(["spam", "ham"], version.LabelNames);
        Assert.Contains("ham 668, spam 334", await MeshCommand.RunAsync(mesh.Gateway, "dataset", "stats", "mails"));
    }

    [Fact]
    public async Task Uploads_are_listed_shown_and_deleted()
    {
        await using var mesh = await MeshPair.StartAsync();
        var upload = await mesh.Ingest.Datasets.StartUploadAsync("a/b.bin", 5_000_000);
        await mesh.Ingest.Datasets.WriteAsync(upload.Name, new byte[1_000_000]);
        await mesh.Ingest.Datasets.UploadAsync("done.bin", [1, 2, 3]);
        var id = upload.Name.Split('/')[^1];
        var list = await MeshCommand.RunAsync(mesh.Gateway, "upload", "list");
        Assert.Matches($@"\n{id}  a/b\.bin   active    1\.0 MB of 5\.0 MB", list);
        Assert.Matches(@"\nupload-\w+  done\.bin  finished  3 B ", list);
        Assert.DoesNotContain("done.bin", await MeshCommand.RunAsync(mesh.Gateway, "upload", "list", "--active"));
        Assert.Contains("state    active", await MeshCommand.RunAsync(mesh.Gateway, "upload", "show", id));
        await MeshCommand.RunAsync(mesh.Gateway, "upload", "delete", id);
        Assert.Equal("done.bin", Assert.Single(await UploadsAsync(mesh)).FileName);
    }

    private static async Task<IReadOnlyList<Upload>> UploadsAsync(MeshPair mesh, UploadState state = UploadState.Unspecified) =>
        (await mesh.Ingest.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project, State = state }, cancellationToken: Cancel)).Uploads;
}
