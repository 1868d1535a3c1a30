using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Downloads;

/// <summary>`mesh dataset download` and curl through the gateway; all of it processes.</summary>
public sealed class DownloadCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_come_whole_go_on_after_a_break_and_are_checked()
    {
        await using var mesh = await MeshPair.StartAsync();
        await mesh.Ingest.Datasets.CreateAsync("digits");
        var pair = Idx.Pair("train", 20_000);
        var version = await mesh.Ingest.Datasets.CommitAsync("digits", [("a b/" + pair[0].Name, pair[0].Bytes), ("a b/" + pair[1].Name, pair[1].Bytes)]);
        var (name, bytes) = (version.Files[0].Path, pair.Single(f => Sha256(f.Bytes) == version.Files[0].Sha256).Bytes);
        var folder = mesh.Folder.File("out");
        var path = Path.Combine(folder, name);

        // What an interrupted run left: the first half.
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path + ".partial", bytes[..(bytes.Length / 2)], Cancel);
        var output = await MeshCommand.RunAsync(mesh.Gateway, "dataset", "download", "digits/1", "--to", folder + "/");
        Assert.Contains("2 files", output);
        Assert.Equal(version.Files.Select(f => f.Path).Order(), Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order());
        Assert.All(version.Files, f => Assert.Equal(f.Sha256, Sha256(File.ReadAllBytes(Path.Combine(folder, f.Path)))));

        // Half of something else is noticed at the end, and the next run starts anew.
        File.Delete(path);
        await File.WriteAllBytesAsync(path + ".partial", new byte[bytes.Length / 2], Cancel);
        using (var wrong = MeshCommand.Start(mesh.Gateway, "dataset", "download", "digits", name, "--to", folder))
        {
            Assert.Contains("came with other bytes", await wrong.StandardError.ReadToEndAsync(Cancel));
            await wrong.WaitForExitAsync(Cancel);
            Assert.Equal((1, false, false), (wrong.ExitCode, File.Exists(path), File.Exists(path + ".partial")));
        }

        await MeshCommand.RunAsync(mesh.Gateway, "dataset", "download", "digits/1", name, "--to", folder);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Cancel));

        var curl = await Curl.RunAsync("-r", "5-8", $"{mesh.Gateway.Http}v1/{Project}/blobs/{Sha256(bytes)}", "-o", mesh.Folder.File("part"));
        Assert.Equal((0, 206), (curl.ExitCode, curl.Status));
        Assert.Equal(bytes[5..9], await File.ReadAllBytesAsync(mesh.Folder.File("part"), Cancel));
    }

    [Fact]
    public async Task A_download_rides_out_a_killed_service_and_a_damaged_blob_ends_it()
    {
        await using var mesh = await MeshPair.StartAsync();
        await mesh.Ingest.Datasets.CreateAsync("digits");
        var version = await mesh.Ingest.Datasets.CommitAsync(
            "digits",
            [
                ("train-images-idx3-ubyte", Idx.Images(20_000, 28, 28, Idx.Random(20_000 * 784, 1))),
                ("train-labels-idx1-ubyte", Idx.Labels(20_000, new byte[20_000])),
            ]);
        var folder = mesh.Folder.File("out");
        using (var command = MeshCommand.Start(mesh.Gateway, "dataset", "download", "digits", "--to", folder))
        {
            var partial = Path.Combine(folder, "train-images-idx3-ubyte.partial");
            await Eventually.BecomesTrueAsync(() => command.HasExited || File.Exists(partial) && new FileInfo(partial).Length > 0, TimeSpan.FromSeconds(60), "bytes come");
            await mesh.RestartIngestAsync();
            await MeshCommand.EndAsync(command);
        }

        Assert.All(version.Files, f => Assert.Equal(f.Sha256, Sha256(File.ReadAllBytes(Path.Combine(folder, f.Path)))));

        var file = version.Files.Single(f => f.Path.Contains("images"));
        var blob = mesh.Folder.File("state", "blobs", "ingest", "default", file.Sha256[..2], file.Sha256);
        await using (var damage = new FileStream(blob, FileMode.Open))
        {
            damage.Position = 10 << 20;
            var right = damage.ReadByte();
            damage.Position--;
            damage.WriteByte((byte)~right);
        }

        mesh.Ingest.ExpectedErrors.Add("is damaged");
        // A connection that ends early is what curl calls 18, and what a cache does not keep.
        var curl = await Curl.RunAsync($"{mesh.Gateway.Http}v1/{version.Name}/files/{file.Path}", "-o", mesh.Folder.File("broken"));
        Assert.Contains(curl.ExitCode, new[] { 18, 56, 92 });
        Assert.InRange(new FileInfo(mesh.Folder.File("broken")).Length, 0, 10 << 20);
    }
}
