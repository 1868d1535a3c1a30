using System.Diagnostics;
using System.Text.Json;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Uploads;

/// <summary>What people type, through the gateway: HTTP/1.1 in, HTTP/2 to Ingest; all of it processes.</summary>
public sealed class CurlTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Curl_sends_a_file_in_one_call_or_on_where_it_broke_off()
    {
        await using var mesh = await MeshPair.StartAsync();
        var bytes = Idx.Random(70_000_000, 1);
        var file = mesh.Folder.File("data.bin");
        await File.WriteAllBytesAsync(file, bytes, Cancel);

        // More than Gateway:MaxBodyBytes.
        var sent = await Curl.RunAsync("-T", file, $"{mesh.Gateway.Http}v1/{Project}/files/data.bin");
        Assert.Equal((0, 201), (sent.ExitCode, sent.Status));
        Assert.Equal(Sha256(bytes), JsonDocument.Parse(sent.Body).RootElement.GetProperty("sha256").GetString());

        var small = mesh.Folder.File("small.bin");
        await File.WriteAllBytesAsync(small, bytes[..100_000], Cancel);
        var piped = await Curl.RunAsync("-H", "Transfer-Encoding: chunked", "-T", small, $"{mesh.Gateway.Http}v1/{Project}/files/a/small.bin");
        Assert.Equal((201, 100_000L), (piped.Status, JsonDocument.Parse(piped.Body).RootElement.GetProperty("committedBytes").GetInt64()));

        var upload = (await mesh.Ingest.Datasets.StartUploadAsync("data.bin")).Name;
        var url = $"{mesh.Gateway.Http}v1/{upload}/content";
        using (var slow = Curl.Start("--limit-rate", "20M", "-T", file, url))
        {
            await Eventually.BecomesTrueAsync(
                async () => (await mesh.Ingest.Datasets.GetUploadAsync(upload)).CommittedBytes > 0, TimeSpan.FromSeconds(60), "some of it is on disk");
            slow.Kill();
            await slow.WaitForExitAsync(Cancel);
        }

        // What curl had sent before it was killed may still be on its way to the disk: ask again then, as the 416 says.
        var rest = await Eventually.GivesAsync(
            async () =>
            {
                var asked = await Curl.RunAsync("-I", url);
                Assert.Equal(308, asked.Status);
                var next = long.Parse(asked.Headers.Split('\n').First(h => h.StartsWith("Range: bytes=0-", StringComparison.Ordinal)).Trim()["Range: bytes=0-".Length..]) + 1;
                Assert.InRange(next, 1, bytes.Length - 1);
                var sent = await Curl.RunAsync("-C", $"{next}", "-T", file, url);
                return sent.Status == 416 ? null : sent;
            },
            TimeSpan.FromSeconds(60),
            "the upload goes on where it is");
        Assert.Equal((0, 200), (rest.ExitCode, rest.Status));
        var finished = await mesh.Ingest.Datasets.GetUploadAsync(upload);
        Assert.Equal((UploadState.Finished, Sha256(bytes)), (finished.State, finished.Sha256));
    }

    [Fact]
    public async Task Errors_come_through_as_json_and_early()
    {
        await using var mesh = await MeshPair.StartAsync(settings: ("Uploads__MaxBytes", "1000000"));
        var file = mesh.Folder.File("data.bin");
        await File.WriteAllBytesAsync(file, new byte[40_000_000], Cancel);
        var clock = Stopwatch.StartNew();
        var large = await Curl.RunAsync("--limit-rate", "1M", "-T", file, $"{mesh.Gateway.Http}v1/{Project}/files/x");
        Assert.Equal(400, large.Status);
        Assert.Contains("upload.size_bytes", large.Body);
        // The rest of the body would take 40 s.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
        var missing = await Curl.RunAsync("-T", file, $"{mesh.Gateway.Http}v1/{Project}/uploads/upload-0/content");
        Assert.Equal(404, missing.Status);
        Assert.Equal(5, JsonDocument.Parse(missing.Body).RootElement.GetProperty("code").GetInt32());
    }
}
