using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Downloads;

/// <summary>Bytes by digest and by path, on the service's own port.</summary>
public sealed class DownloadHttpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blob_comes_with_its_proofs_and_for_ever()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var bytes = Idx.Random(2_500_000, 1);
        await host.Datasets.UploadAsync("x", bytes);
        var path = $"/v1/projects/default/blobs/{Sha256(bytes)}";
        using var whole = await SendAsync(http, HttpMethod.Get, path);
        Assert.Equal((HttpStatusCode.OK, (long?)bytes.Length), (whole.StatusCode, whole.Content.Headers.ContentLength));
        Assert.Equal(bytes, await whole.Content.ReadAsByteArrayAsync(Cancel));
        var base64 = Convert.ToBase64String(Convert.FromHexString(Sha256(bytes)));
        Assert.Equal(
            ($"\"{Sha256(bytes)}\"", "bytes", "application/octet-stream", $"sha-256=:{base64}:", $"sha-256={base64}", "nosniff"),
            (whole.Headers.ETag!.Tag, whole.Headers.AcceptRanges.Single(), whole.Content.Headers.ContentType!.MediaType, Header(whole, "Repr-Digest"), Header(whole, "Digest"), Header(whole, "X-Content-Type-Options")));
        Assert.Equal(["immutable", "max-age=31536000", "private"], Header(whole, "Cache-Control").Split(", ").Order());

        using var head = await SendAsync(http, HttpMethod.Head, path);
        Assert.Equal((HttpStatusCode.OK, (long?)bytes.Length, 0), (head.StatusCode, head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync(Cancel)).Length));
        using var known = await SendAsync(http, HttpMethod.Get, path, ("If-None-Match", $"\"{Sha256(bytes)}\""));
        Assert.Equal((HttpStatusCode.NotModified, 0), (known.StatusCode, (await known.Content.ReadAsByteArrayAsync(Cancel)).Length));
        Assert.Equal($"\"{Sha256(bytes)}\"", known.Headers.ETag!.Tag);
        Assert.True(known.Headers.CacheControl!.Private);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=1048570-1048580", 1_048_570, 11)]
    [InlineData("bytes=2000000-", 2_000_000, 500_000)]
    [InlineData("bytes=-7", 2_499_993, 7)]
    [InlineData("bytes=2499999-9999999", 2_499_999, 1)]
    public async Task A_range_is_a_part(string range, int from, int length)
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var bytes = Idx.Random(2_500_000, 1);
        await host.Datasets.UploadAsync("x", bytes);
        using var part = await SendAsync(http, HttpMethod.Get, $"/v1/projects/default/blobs/{Sha256(bytes)}", ("Range", range), ("If-Range", $"\"{Sha256(bytes)}\""));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(from, from + length - 1, bytes.Length), part.Content.Headers.ContentRange);
        Assert.Equal(bytes[from..(from + length)], await part.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task A_range_that_cannot_be_is_refused_and_one_of_something_else_is_the_whole()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var bytes = Idx.Random(1000, 1);
        await host.Datasets.UploadAsync("x", bytes);
        var path = $"/v1/projects/default/blobs/{Sha256(bytes)}";
        using var beyond = await SendAsync(http, HttpMethod.Get, path, ("Range", "bytes=1000-"));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "bytes */1000"), (beyond.StatusCode, beyond.Content.Headers.ContentRange!.ToString()));
        Assert.Null(beyond.Headers.CacheControl);
        using var other = await SendAsync(http, HttpMethod.Get, path, ("Range", "bytes=10-"), ("If-Range", "\"other\""));
        Assert.Equal((HttpStatusCode.OK, (long?)1000), (other.StatusCode, other.Content.Headers.ContentLength));
        using var mismatch = await SendAsync(http, HttpMethod.Get, path, ("If-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, mismatch.StatusCode);
        Assert.Null(mismatch.Headers.CacheControl);
    }

    [Theory, EachDatabase]
    public async Task A_version_gives_its_files_by_path_and_keeps_them_when_their_uploads_are_gone(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database, ("Ingest:PublicDownloads", "true"));
        using var http = Client(host);
        await host.Datasets.CreateAsync("digits");
        var pair = Idx.Pair("train", 20).Select(f => (Name: $"a b/ü#?%/{f.Name}", f.Bytes)).ToList();
        var version = await host.Datasets.CommitAsync("digits", pair);
        foreach (var upload in (await host.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads)
        {
            await host.Datasets.DeleteUploadAsync(new DeleteUploadRequest { Name = upload.Name }, cancellationToken: Cancel);
        }

        foreach (var (name, bytes) in pair)
        {
            using var file = await SendAsync(http, HttpMethod.Get, $"/v1/{version.Name}/files/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}");
            Assert.Equal(bytes, await file.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal((name[(name.LastIndexOf('/') + 1)..], true), (file.Content.Headers.ContentDisposition!.FileName, file.Headers.CacheControl!.Public));
            using var blob = await SendAsync(http, HttpMethod.Get, $"/v1/projects/default/blobs/{Sha256(bytes)}");
            Assert.Equal(bytes, await blob.Content.ReadAsByteArrayAsync(Cancel));
        }

        foreach (var missing in new[] { $"{version.Name}/files/x", $"{version.Name}/files/", "projects/default/datasets/digits/versions/9/files/x" })
        {
            using var none = await SendAsync(http, HttpMethod.Get, $"/v1/{missing}");
            Assert.Equal((missing, HttpStatusCode.NotFound), (missing, none.StatusCode));
        }
    }

    [Fact]
    public async Task A_digest_opens_nothing_in_another_project_and_nothing_that_is_no_longer_named()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var upload = await host.Datasets.UploadAsync("x", [1, 2, 3]);
        var digest = Sha256([1, 2, 3]);
        (string Path, HttpStatusCode Status)[] cases =
        [
            ($"default/blobs/{digest}", HttpStatusCode.OK), ($"other/blobs/{digest}", HttpStatusCode.NotFound), ($"default/blobs/{Sha256([4])}", HttpStatusCode.NotFound),
            ($"default/blobs/{digest.ToUpperInvariant()}", HttpStatusCode.BadRequest), ("default/blobs/..", HttpStatusCode.NotFound), ($"DEFAULT/blobs/{digest}", HttpStatusCode.BadRequest),
        ];
        foreach (var (path, status) in cases)
        {
            using var response = await SendAsync(http, HttpMethod.Get, $"/v1/projects/{path}");
            Assert.Equal((path, status), (path, response.StatusCode));
        }

        await host.Datasets.DeleteUploadAsync(new DeleteUploadRequest { Name = upload }, cancellationToken: Cancel);
        using var gone = await SendAsync(http, HttpMethod.Get, $"/v1/projects/default/blobs/{digest}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_damaged_chunk_breaks_the_connection_and_none_of_it_leaves()
    {
        await using var host = await IngestHost.StartAsync();
        host.ExpectedErrors.Add("is damaged");
        using var http = Client(host);
        var bytes = Idx.Random(4 << 20, 1);
        await host.Datasets.UploadAsync("x", bytes);
        var path = $"/v1/projects/default/blobs/{Sha256(bytes)}";
        await using (var blob = new FileStream(Path.Combine(host.BlobFolder, "ingest", "default", Sha256(bytes)[..2], Sha256(bytes)), FileMode.Open))
        {
            blob.Position = 2 << 20;
            blob.WriteByte((byte)~bytes[2 << 20]);
        }

        using var broken = await SendAsync(http, HttpMethod.Get, path, HttpCompletionOption.ResponseHeadersRead);
        var read = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(async () => await (await broken.Content.ReadAsStreamAsync(Cancel)).CopyToAsync(read, Cancel));
        Assert.InRange(read.Length, 0, 2 << 20);
        Assert.Equal(bytes[..(int)read.Length], read.ToArray());

        using var first = await SendAsync(http, HttpMethod.Get, path, ("Range", $"bytes={2 << 20}-"));
        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.Equal("DATA_LOSS", JsonDocument.Parse(await first.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.Null(first.Headers.ETag);
        using var sound = await SendAsync(http, HttpMethod.Get, path, ("Range", $"bytes={3 << 20}-"));
        Assert.Equal(bytes[(3 << 20)..], await sound.Content.ReadAsByteArrayAsync(Cancel));
    }

    private static HttpClient Client(IngestHost host) => new() { BaseAddress = new Uri($"http://{host.Channel.Target}") };

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod verb, string path, params (string Name, string Value)[] headers) =>
        SendAsync(http, verb, path, HttpCompletionOption.ResponseContentRead, headers);

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, HttpMethod verb, string path, HttpCompletionOption completion, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(verb, path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, completion, Cancel);
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.GetValues(name));
}
