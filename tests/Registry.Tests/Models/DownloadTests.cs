using Grpc.Core;
using Mesh.ModelGraph.Bundles;
using Mesh.Registry.Tests.Hosting;
using Mesh.Tests.Shared;
using Xunit;
using static Mesh.Registry.Tests.Hosting.ModelCalls;

namespace Mesh.Registry.Tests.Models;

public sealed class DownloadTests
{
    private const int ModelBytes = 3_000_001;
    private const string Version = $"{Project}/models/m/versions/1";

    [Fact]
    public async Task Gives_the_bundle_as_it_was_uploaded_from_any_offset()
    {
        await using var host = await StartAsync();
        var bytes = TestBundle.Bytes(1, ModelBytes);
        var (whole, first) = await host.Models.DownloadAsync(Version);
        Assert.Equal(bytes, whole);
        Assert.Equal((bytes.LongLength, TestBundle.Sha256(bytes)), (first.SizeBytes, first.Sha256));
        Assert.Equal(TestBundle.Labels, ModelBundle.Read(new MemoryStream(whole)).Content.Labels);
        var (rest, _) = await host.Models.DownloadAsync(Version, offset: 1_234_567);
        Assert.Equal(bytes[1_234_567..], rest);
        var (none, end) = await host.Models.DownloadAsync(Version, offset: bytes.Length);
        Assert.Empty(none);
        Assert.Equal(bytes.LongLength, end.SizeBytes);
    }

    [Fact]
    public async Task Gives_one_file_of_it()
    {
        await using var host = await StartAsync();
        var model = TestBundle.Model(1, ModelBytes);
        var (bytes, first) = await host.Models.DownloadAsync(Version, "model.onnx");
        Assert.Equal(model, bytes);
        Assert.Equal((ModelBytes, TestBundle.Sha256(model)), (first.SizeBytes, first.Sha256));
        var (rest, _) = await host.Models.DownloadAsync(Version, "model.onnx", 2_999_000);
        Assert.Equal(model[2_999_000..], rest);
        var (labels, _) = await host.Models.DownloadAsync(Version, "labels.json");
        Assert.Equal("""["cat","dog"]""", System.Text.Encoding.UTF8.GetString(labels));
    }

    [Fact]
    public async Task Refuses_what_is_not_there()
    {
        await using var host = await StartAsync();
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.DownloadAsync(Version, "../etc/passwd"))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.DownloadAsync(Version, "model.onnx", ModelBytes + 1))).Code);
        Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(() => host.Models.DownloadAsync(Version, offset: -1))).Code);
        Assert.Equal(StatusCode.NotFound, (await FailsAsync(() => host.Models.DownloadAsync($"{Project}/models/m/versions/2"))).Code);
    }

    [Fact]
    public async Task Never_gives_damaged_bytes()
    {
        using var folder = new TemporaryFolder();
        await using var host = await RegistryHost.StartAsync(folder.Path, "");
        await RegisterAsync(host);
        host.ExpectedErrors.Add("cannot be read");
        var digest = TestBundle.Sha256(TestBundle.Bytes(1, ModelBytes));
        var blob = Directory.GetFiles(folder.File("blobs"), digest, SearchOption.AllDirectories).Single();
        using (var file = new FileStream(blob, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 2_500_000;
            file.WriteByte((byte)(TestBundle.Bytes(1, ModelBytes)[2_500_000] ^ 1));
        }

        var (code, reason, error) = await FailsAsync(() => host.Models.DownloadAsync(Version));
        Assert.Equal((StatusCode.DataLoss, "DATA_LOSS"), (code, reason));
        Assert.DoesNotContain(folder.Path, error.Status.Detail);
        // Other chunks are sound.
        Assert.Equal("""{"format_version":1}"""u8.ToArray(), (await host.Models.DownloadAsync(Version, "bundle.json")).Bytes);
    }

    private static async Task<RegistryHost> StartAsync()
    {
        var host = await RegistryHost.StartAsync(DatabaseKind.Sqlite);
        await RegisterAsync(host);
        return host;
    }

    private static async Task RegisterAsync(RegistryHost host)
    {
        await host.Models.CreateAsync("m");
        await host.Models.RegisterAsync("m", await host.Models.UploadAsync(TestBundle.Bytes(1, ModelBytes)));
    }
}
