using System.Net;
using System.Security.Cryptography;
using Mesh.Client;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// 1 GB through the gateway into Ingest, as `mesh dataset upload` sends it, against the same bytes from an HTTP client to a bare Kestrel endpoint: both hash
/// them at both ends, and answer when they are on disk. Servers are processes of their own. Takes a minute or more, and 20 GB of disk: nothing is deleted in
/// between, because a virtual machine gives freed memory back to its host, and the run right after a deletion would have its pages for nothing.
/// </summary>
internal static class UploadVersusRaw
{
    private const long Bytes = 1_000_000_000;
    private const int Rounds = 7;

    public static readonly Benchmark Benchmark = new("ingest.upload_vs_raw", Target.AtLeast(0.5), MeasureAsync);

    private static async Task<double> MeasureAsync()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("data.bin");
        await WriteAsync(file);
        await using var services = await ServiceProcesses.StartAsync(folder.Path, "Ingest");
        var endpoint = services.Start("dotnet", ["exec", typeof(RawEndpoint).Assembly.Location, RawEndpoint.Verb, folder.Path]);
        var raw = new Uri((await endpoint.StandardOutput.ReadLineAsync())!);
        using var mesh = new MeshClient(new MeshClientOptions { Address = services.Gateway });
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var seconds = InterleavedRuns.MedianSeconds(
            Rounds,
            () => SendAsync(mesh, file).GetAwaiter().GetResult(),
            () => SendRawAsync(http, raw, file).GetAwaiter().GetResult());
        return seconds[1] / seconds[0];
    }

    private static async Task SendAsync(MeshClient mesh, string file)
    {
        Renew(file);
        await using var content = File.OpenRead(file);
        var upload = await mesh.DatasetUploads.SendAsync(Versions.Project, "data.bin", content, Guid.NewGuid().ToString());
        if (upload.State != UploadState.Finished || upload.CommittedBytes != Bytes)
        {
            throw new InvalidDataException("The upload did not arrive.");
        }
    }

    private static async Task SendRawAsync(HttpClient http, Uri raw, string file)
    {
        using var content = new HashedContent(file);
        using var response = await http.PutAsync(new Uri(raw, "data.bin"), content);
        if (await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync() != content.Sha256)
        {
            throw new InvalidDataException("The raw bytes did not arrive.");
        }
    }

    /// <summary>Or the upload would find its bytes there already.</summary>
    private static void Renew(string file)
    {
        using var content = File.OpenHandle(file, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(content, Guid.NewGuid().ToByteArray(), 0);
    }

    private static async Task WriteAsync(string file)
    {
        var random = new Random(1);
        var buffer = new byte[1_000_000];
        await using var content = File.Create(file);
        for (var written = 0L; written < Bytes; written += buffer.Length)
        {
            random.NextBytes(buffer);
            await content.WriteAsync(buffer);
        }

        content.Flush(flushToDisk: true);
    }

    /// <summary>A file that is hashed while it is sent.</summary>
    private sealed class HashedContent(string file) : HttpContent
    {
        public string Sha256 { get; private set; } = "";

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using var content = File.OpenRead(file);
            var buffer = new byte[256 * 1024];
            int read;
            while ((read = await content.ReadAsync(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await stream.WriteAsync(buffer.AsMemory(0, read));
            }

            Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Bytes;
            return true;
        }
    }
}
