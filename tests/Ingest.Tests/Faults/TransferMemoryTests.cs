using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Ingest.Tests.Faults;

/// <summary>
/// 128 MB (1 GB with MESH_TESTS_FULL) through the gateway, up and down again, need no more memory than 8 MB: in Ingest, in the gateway and
/// in `mesh`. When the runtime collects and compiles moves a peak by some MiB, so the larger has three tries, and what is small has some room.
/// </summary>
[Collection("alone")]
public sealed class TransferMemoryTests
{
    private const int Row = 28 * 28;

    /// <summary>What compiled code and a first collection come to in a program that ran for a second before.</summary>
    private const long Room = 12 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int Large => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 1024 : 128;

    [Fact]
    public async Task A_large_file_takes_no_more_memory_than_a_small_one()
    {
        await using var mesh = await MeshPair.StartAsync();
        var small = await ManySmallAsync(mesh);
        for (var i = 0; i < 2; i++)
        {
            Widen(small, await PeaksAsync(mesh, $"small-{i}", 8, i));
        }

        var large = new Dictionary<string, long>();
        for (var tries = 0; tries < 3 && (tries == 0 || large.Any(peak => peak.Value > Bound(small, peak.Key))); tries++)
        {
            large = new(await PeaksAsync(mesh, $"large-{tries}", Large, tries));
        }

        Assert.All(large, peak => Assert.True(peak.Value <= Bound(small, peak.Key), $"{peak.Key}: 8 MB took {small[peak.Key] >> 20} MiB, {Large} MB took {peak.Value >> 20} MiB"));
    }

    private static long Bound(Dictionary<string, long> small, string process) => Math.Max(small[process] * 13 / 10, small[process] + Room);

    /// <summary>As many bytes as the large file has, in small ones, so that the services have compiled what they compile.</summary>
    private static async Task<Dictionary<string, long>> ManySmallAsync(MeshPair mesh)
    {
        using var http = new HttpClient { BaseAddress = mesh.Gateway.Http };
        await using var memory = new ProcessMemory(("ingest", mesh.Ingest.Id), ("gateway", mesh.Gateway.Id));
        for (var i = 0; i < 32; i++)
        {
            var bytes = Idx.Random(8_000_000, 1000 + i);
            using var sent = await http.PutAsync($"v1/{IngestCalls.Project}/files/small-{i}", new ByteArrayContent(bytes), Cancel);
            Assert.Equal(System.Net.HttpStatusCode.Created, sent.StatusCode);
            using var received = await http.GetAsync($"v1/{IngestCalls.Project}/blobs/{IngestCalls.Sha256(bytes)}", Cancel);
            Assert.Equal(bytes.Length, received.Content.Headers.ContentLength);
        }

        return new(await memory.PeaksAsync());
    }

    private static async Task<IReadOnlyDictionary<string, long>> PeaksAsync(MeshPair mesh, string dataset, int megabytes, int seed)
    {
        using var folder = new TemporaryFolder();
        var count = megabytes * 1_000_000 / Row;
        await using (var images = File.Create(folder.File("train-images-idx3-ubyte")))
        {
            await images.WriteAsync(Idx.Images(count, 28, 28, []), Cancel);
            for (var (left, i) = ((long)count * Row, 0); left > 0; i++)
            {
                var part = Idx.Random((int)Math.Min(left, 1_000_000), seed * 10_000 + i);
                await images.WriteAsync(part, Cancel);
                left -= part.Length;
            }
        }

        await File.WriteAllBytesAsync(folder.File("train-labels-idx1-ubyte"), Idx.Labels(count, new byte[count]), Cancel);
        var peaks = new Dictionary<string, long>();
        foreach (var arguments in new string[][] { ["dataset", "upload", dataset, folder.Path], ["dataset", "download", dataset, "--to", folder.File("out")] })
        {
            using var command = MeshCommand.Start(mesh.Gateway, arguments);
            await using var memory = new ProcessMemory(("ingest", mesh.Ingest.Id), ("gateway", mesh.Gateway.Id), ($"mesh {arguments[1]}", command.Id));
            await MeshCommand.EndAsync(command);
            Widen(peaks, await memory.PeaksAsync());
        }

        return peaks;
    }

    private static void Widen(Dictionary<string, long> peaks, IReadOnlyDictionary<string, long> more)
    {
        foreach (var (name, bytes) in more)
        {
            peaks[name] = Math.Max(peaks.GetValueOrDefault(name), bytes);
        }
    }
}
