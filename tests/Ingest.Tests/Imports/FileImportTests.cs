using Grpc.Core;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Imports;

/// <summary>Imports from folders of the service's machine, and what all imports share.</summary>
public sealed class FileImportTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_folder_becomes_uploads_and_they_a_version(DatabaseKind database)
    {
        using var data = new TemporaryFolder();
        var pair = Idx.Pair("train", 500);
        foreach (var (name, bytes) in pair)
        {
            await File.WriteAllBytesAsync(data.File(name), bytes, Cancel);
        }

        await File.WriteAllTextAsync(data.File("README.md"), "not data", Cancel);
        await using var host = await IngestHost.StartAsync(database, ("Imports:FileRoots:0", data.Path));
        var started = await host.Imports.StartAsync($"file://{data.Path}", ["*-ubyte*"], "r-1");
        Assert.Equal((JobState.Queued, "users/admin"), (started.Status.State, started.Creator));
        Assert.Equal(started.Name, (await host.Imports.StartAsync($"file://{data.Path}", ["*-ubyte*"], "r-1")).Name);

        var ended = await host.Imports.EndAsync(started.Name);
        var total = pair.Sum(f => (long)f.Bytes.Length);
        Assert.Equal((JobState.Succeeded, 2L, 2L, total), (ended.Status.State, ended.FileCount, ended.FinishedFileCount, ended.FinishedBytes));
        Assert.Equal((total, total), (ended.Status.Progress.Done, ended.Status.Progress.Total));
        var uploads = await host.Datasets.UploadsAsync(ended);
        Assert.Equal(pair.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => (f.Name, Sha256(f.Bytes), UploadState.Finished)), uploads.Select(u => (u.FileName, u.Sha256, u.State)));

        await host.Datasets.CreateAsync("digits");
        var version = await host.Datasets.EndAsync((await host.Datasets.StartVersionAsync("digits", ended.Uploads)).Name);
        Assert.Equal((JobState.Succeeded, 500L), (version.Status.State, version.Splits.Single().RecordCount));

        var listed = Assert.Single((await host.Imports.ListImportsAsync(new ListImportsRequest { Parent = Project }, cancellationToken: Cancel)).Imports);
        Assert.Equal((ended.Name, 2L, 0), (listed.Name, listed.FinishedFileCount, listed.Uploads.Count));
        Assert.Equal(JobState.Succeeded, (await host.Imports.CancelImportAsync(new CancelImportRequest { Name = ended.Name }, cancellationToken: Cancel)).Status.State);
        await host.Imports.DeleteImportAsync(new DeleteImportRequest { Name = ended.Name }, cancellationToken: Cancel);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Imports.GetAsync(ended.Name))).Code);
        Assert.Equal(2, (await host.Datasets.UploadsAsync(ended)).Count);
    }

    [Fact]
    public async Task Names_are_relative_and_patterns_choose_among_them()
    {
        using var data = new TemporaryFolder();
        foreach (var name in new[] { "a/1.png", "a/2.jpg", "b/c/3.png", "4.png", "empty.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(data.File(name))!);
            await File.WriteAllTextAsync(data.File(name), name == "empty.png" ? "" : name, Cancel);
        }

        await using var host = await IngestHost.StartAsync(settings: ("Imports:FileRoots:0", data.Path));
        Assert.Equal(["4.png", "a/1.png", "a/2.jpg", "b/c/3.png", "empty.png"], await NamesAsync($"file://{data.Path}"));
        Assert.Equal(["4.png", "a/1.png", "b/c/3.png", "empty.png"], await NamesAsync($"file://{data.Path}/", "**/*.png"));
        Assert.Equal(["4.png", "a/2.jpg", "empty.png"], await NamesAsync($"file://{data.Path}", "*.png", "a/*.jpg"));
        Assert.Equal(["3.png"], await NamesAsync($"file://{data.Path}/b/c/3.png"));
        var none = await host.Imports.RunAsync($"file://{data.Path}", "*.gif");
        Assert.Equal((JobState.Failed, "SOURCE_EMPTY"), (none.Status.State, none.Status.Error.Reason));

        async Task<IEnumerable<string>> NamesAsync(string uri, params string[] include)
        {
            var import = await host.Imports.RunAsync(uri, include);
            Assert.Equal(JobState.Succeeded, import.Status.State);
            return (await host.Datasets.UploadsAsync(import)).Select(u => u.FileName);
        }
    }

    [Fact]
    public async Task Links_are_resolved_and_what_lies_outside_is_refused()
    {
        using var outside = new TemporaryFolder();
        using var data = new TemporaryFolder();
        await File.WriteAllTextAsync(outside.File("secret"), "secret", Cancel);
        Directory.CreateDirectory(data.File("in", "deep"));
        await File.WriteAllTextAsync(data.File("in", "deep", "x"), "x", Cancel);
        Directory.CreateSymbolicLink(data.File("in", "loop"), data.File("in"));
        File.CreateSymbolicLink(data.File("in", "y"), Path.Combine("deep", "x"));
        Directory.CreateDirectory(data.File("out"));
        File.CreateSymbolicLink(data.File("out", "z"), outside.File("secret"));
        Directory.CreateDirectory(data.File("out2"));
        Directory.CreateSymbolicLink(data.File("out2", "z"), outside.Path);
        Directory.CreateSymbolicLink(data.File("away"), outside.Path);
        await using var host = await IngestHost.StartAsync(settings: ("Imports:FileRoots:0", data.Path));
        Assert.Equal(["deep/x", "y"], (await host.Datasets.UploadsAsync(await host.Imports.RunAsync($"file://{data.Path}/in"))).Select(u => u.FileName));
        foreach (var folder in new[] { "out", "out2" })
        {
            var import = await host.Imports.RunAsync($"file://{data.Path}/{folder}");
            Assert.Equal((JobState.Failed, "SOURCE_NOT_ALLOWED"), (import.Status.State, import.Status.Error.Reason));
            Assert.StartsWith("z ", import.Status.Error.Message);
            Assert.DoesNotContain(outside.Path, import.Status.Error.Message);
        }

        Assert.Contains("outside of the folders", await host.Imports.RefusedAsync($"file://{data.Path}/away"));
        Assert.Contains("outside of the folders", await host.Imports.RefusedAsync($"file://{data.Path}/../{Path.GetFileName(outside.Path)}/secret"));
        Assert.Contains("outside of the folders", await host.Imports.RefusedAsync("file:///no/such/folder"));
        Assert.Contains("no such file", await host.Imports.RefusedAsync($"file://{data.Path}/nothing"));
    }

    [Fact]
    public async Task A_pipe_does_not_hold_the_import()
    {
        using var data = new TemporaryFolder();
        using var make = System.Diagnostics.Process.Start("mkfifo", [data.File("pipe")]);
        await make.WaitForExitAsync(Cancel);
        await using var host = await IngestHost.StartAsync(settings: ("Imports:FileRoots:0", data.Path));
        var import = await host.Imports.RunAsync($"file://{data.Path}");
        Assert.Equal((JobState.Failed, "SOURCE_UNREADABLE", "pipe cannot be read."), (import.Status.State, import.Status.Error.Reason, import.Status.Error.Message));
    }

    [Fact]
    public async Task What_is_too_much_is_refused_and_half_a_file_does_not_stay()
    {
        using var data = new TemporaryFolder();
        await File.WriteAllBytesAsync(data.File("a"), new byte[100], Cancel);
        await File.WriteAllBytesAsync(data.File("b"), new byte[3000], Cancel);
        await File.WriteAllBytesAsync(data.File("c"), new byte[1], Cancel);
        await File.WriteAllBytesAsync(data.File("d"), new byte[1], Cancel);
        await File.WriteAllBytesAsync(data.File("bad\nname"), new byte[1], Cancel);
        await using var host = await IngestHost.StartAsync(
            settings: [("Imports:FileRoots:0", data.Path), ("Imports:MaxFiles", "2"), ("Imports:MaxTotalBytes", "3050"), ("Uploads:MaxBytes", "2000")]);
        Assert.Equal("TOO_MANY_FILES", await ReasonAsync("a", "c", "d"));
        Assert.Equal("IMPORT_TOO_LARGE", await ReasonAsync("a", "b"));
        Assert.Equal("FILE_NAME_INVALID", await ReasonAsync("bad*"));
        var large = await host.Imports.RunAsync($"file://{data.Path}", "b");
        Assert.Equal("INVALID_ARGUMENT", large.Status.Error.Reason);
        Assert.StartsWith("b: ", large.Status.Error.Message);
        Assert.Empty((await host.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads);

        async Task<string> ReasonAsync(params string[] include)
        {
            var import = await host.Imports.RunAsync($"file://{data.Path}", include);
            Assert.Equal(JobState.Failed, import.Status.State);
            return import.Status.Error.Reason;
        }
    }

    [Fact]
    public async Task What_cannot_be_is_refused_at_once()
    {
        await using var host = await IngestHost.StartAsync();
        foreach (var uri in new[] { "", "photos", "ftp://x/y", "file://host/x", "https://user:secret@host/x", "file:///x\ny", new string('x', 2049) })
        {
            Assert.Contains("import.source_uri", await host.Imports.RefusedAsync(uri));
        }

        Assert.Contains("Imports:FileRoots", await host.Imports.RefusedAsync("file:///etc/passwd"));
        Assert.Contains("Imports:S3:Buckets", await host.Imports.RefusedAsync("s3://bucket/x"));
        Assert.Contains("Imports:Http:AllowedHosts", await host.Imports.RefusedAsync("https://example.org/x"));
        Assert.Contains("import.include[0]", await host.Imports.RefusedAsync("file:///x", "../*"));
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Imports.GetAsync($"{Project}/imports/import-0"))).Code);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await host.Imports.CreateImportAsync(
            new CreateImportRequest { Parent = "projects/leaving", Import = new Import { SourceUri = "file:///x" } }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
    }
}
