using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mesh.Blobs;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Uploads;

/// <summary>Uploads over plain HTTP, on the service's own port.</summary>
public sealed class HttpUploadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Parts_arrive_in_order_and_the_last_finishes(DatabaseKind database)
    {
        await using var host = await IngestHost.StartAsync(database);
        using var http = Client(host);
        var bytes = Idx.Random(1_000_000, 1);
        var name = (await host.Datasets.StartUploadAsync("a/b.bin", bytes.Length)).Name;

        Assert.Equal((HttpStatusCode.PermanentRedirect, ""), await TellAsync(http, HttpMethod.Head, name));
        using var first = await PutAsync(http, name, bytes[..300_000], "bytes 0-299999/1000000");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "bytes=0-299999"), (first.StatusCode, Range(first)));
        using var gap = await PutAsync(http, name, bytes[400_000..500_000], "bytes 400000-499999/1000000");
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "bytes=0-299999", "OFFSET_MISMATCH"), (gap.StatusCode, Range(gap), await ReasonAsync(gap)));
        using var asked = await PutAsync(http, name, [], "bytes */1000000");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "bytes=0-299999"), (asked.StatusCode, Range(asked)));
        Assert.Equal((HttpStatusCode.PermanentRedirect, "bytes=0-299999"), await TellAsync(http, HttpMethod.Get, name));
        using var open = await PutAsync(http, name, bytes[300_000..400_000], "bytes 300000-399999/*");
        Assert.Equal((HttpStatusCode.PermanentRedirect, "bytes=0-399999"), (open.StatusCode, Range(open)));
        using var last = await PutAsync(http, name, bytes[400_000..], "bytes 400000-999999/1000000");
        Assert.Equal((HttpStatusCode.OK, "bytes=0-999999"), (last.StatusCode, Range(last)));
        // As the transcoded call answers it.
        Assert.Equal(await (await http.SendAsync(Request(HttpMethod.Get, $"/v1/{name}"), Cancel)).Content.ReadAsStringAsync(Cancel), await last.Content.ReadAsStringAsync(Cancel));
        Assert.Equal((HttpStatusCode.OK, "bytes=0-999999"), await TellAsync(http, HttpMethod.Head, name));

        var upload = await host.Datasets.GetUploadAsync(name);
        Assert.Equal((UploadState.Finished, Sha256(bytes)), (upload.State, upload.Sha256));
        Assert.Equal(upload, await host.Datasets.FinishAsync(name, Sha256(bytes)));
        await StoredAsync(host, bytes);
    }

    [Fact]
    public async Task A_whole_body_starts_again_and_its_digest_is_checked()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var bytes = Idx.Random(200_000, 1);
        var name = (await host.Datasets.StartUploadAsync("x")).Name;
        await host.Datasets.WriteAsync(name, Idx.Random(150_000, 2));
        using var wrong = await PutAsync(http, name, bytes, null, ("Repr-Digest", $"sha-256=:{Digest(Idx.Random(5, 3))}:"));
        Assert.Equal((HttpStatusCode.BadRequest, "DIGEST_MISMATCH"), (wrong.StatusCode, await ReasonAsync(wrong)));
        Assert.Equal(0, (await host.Datasets.GetUploadAsync(name)).CommittedBytes);
        using var right = await PutAsync(http, name, bytes, null, ("Digest", $"MD5=x,SHA-256={Digest(bytes)}"));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await StoredAsync(host, bytes);
        using var again = await PutAsync(http, name, bytes, null);
        Assert.Equal((HttpStatusCode.BadRequest, "UPLOAD_FINISHED"), (again.StatusCode, await ReasonAsync(again)));
    }

    [Fact]
    public async Task What_a_broken_connection_delivered_is_kept()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var bytes = Idx.Random(3_000_000, 1);
        var name = (await host.Datasets.StartUploadAsync("x", bytes.Length)).Name;
        using var body = new BreakingContent(bytes, 2_000_000, async () => await Eventually.BecomesTrueAsync(
            async () => (await host.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads[0].CommittedBytes > 1_500_000,
            TimeSpan.FromSeconds(30), "the bytes arrive"));
        using var request = Request(HttpMethod.Put, $"/v1/{name}/content", body);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, Cancel));
        await Eventually.BecomesTrueAsync(async () => (await TellAsync(http, HttpMethod.Head, name)).Range == "bytes=0-1999999", TimeSpan.FromSeconds(30), "the service notices");
        using var rest = await PutAsync(http, name, bytes[2_000_000..], "bytes 2000000-2999999/3000000");
        Assert.Equal(HttpStatusCode.OK, rest.StatusCode);
        await StoredAsync(host, bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_call_makes_a_finished_upload(bool unknown)
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        // More than Kestrel takes unless it is told to.
        var bytes = Idx.Random(40_000_000, 1);
        using var request = Request(HttpMethod.Put, "/v1/projects/default/files/photos/a%20b.bin", new ByteArrayContent(bytes));
        request.Content!.Headers.ContentLength = unknown ? null : bytes.Length;
        using var response = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var name = (await JsonAsync(response)).GetProperty("name").GetString()!;
        Assert.Equal($"/v1/{name}", response.Headers.Location!.OriginalString);
        var upload = await host.Datasets.GetUploadAsync(name);
        Assert.Equal((UploadState.Finished, "photos/a b.bin", Sha256(bytes), "users/admin"), (upload.State, upload.FileName, upload.Sha256, upload.Creator));
        await StoredAsync(host, bytes);
    }

    [Fact]
    public async Task One_call_that_fails_leaves_nothing()
    {
        await using var host = await IngestHost.StartAsync(settings: ("Uploads:MaxBytes", "100000"));
        using var http = Client(host);
        (string Path, byte[] Bytes, string? Range, string? Digest, HttpStatusCode Status, string Reason)[] cases =
        [
            ("default/files/x", [1], null, $"sha-256=:{Digest([2])}:", HttpStatusCode.BadRequest, "DIGEST_MISMATCH"),
            ("default/files/x", [1], null, "sha-256=:AAAA:", HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("default/files/x", [1], "bytes 0-0/1", null, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("default/files/x", new byte[100_001], null, null, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("default/files/", [1], null, null, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("default/files/a%0Ab", [1], null, null, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("leaving/files/x", [1], null, null, HttpStatusCode.BadRequest, "PROJECT_DELETING"),
            ("none/files/x", [1], null, null, HttpStatusCode.NotFound, "NOT_FOUND"),
            ("NONE/files/x", [1], null, null, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
        ];
        foreach (var (path, bytes, range, digest, status, reason) in cases)
        {
            using var response = await SendAsync(http, $"/v1/projects/{path}", bytes, range, digest is null ? [] : [("Repr-Digest", digest)]);
            Assert.Equal((path, status, reason), (path, response.StatusCode, await ReasonAsync(response)));
        }

        using var endless = Request(HttpMethod.Put, "/v1/projects/default/files/x", new ByteArrayContent(new byte[100_001]));
        endless.Content!.Headers.ContentLength = null;
        using var large = await http.SendAsync(endless, Cancel);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "UPLOAD_TOO_LARGE"), (large.StatusCode, await ReasonAsync(large)));
        Assert.Empty((await host.Datasets.ListUploadsAsync(new ListUploadsRequest { Parent = Project }, cancellationToken: Cancel)).Uploads);
    }

    [Fact]
    public async Task A_part_that_cannot_be_is_refused_before_a_byte_is_written()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = Client(host);
        var name = (await host.Datasets.StartUploadAsync("x", 10)).Name;
        (string? Range, int Bytes, HttpStatusCode Status, string Reason)[] cases =
        [
            ("bytes 0-9", 10, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("bytes 5-1/10", 1, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("pages 0-9/10", 10, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("bytes 0-8/10", 10, HttpStatusCode.BadRequest, "INVALID_ARGUMENT"),
            ("bytes 0-9/11", 10, HttpStatusCode.BadRequest, "SIZE_MISMATCH"),
            (null, 11, HttpStatusCode.BadRequest, "SIZE_MISMATCH"),
            ("bytes 1-9/10", 9, HttpStatusCode.RequestedRangeNotSatisfiable, "OFFSET_MISMATCH"),
            ("bytes 9223372036854775806-9223372036854775806/9223372036854775807", 1, HttpStatusCode.BadRequest, "SIZE_MISMATCH"),
        ];
        foreach (var (range, count, status, reason) in cases)
        {
            using var response = await PutAsync(http, name, new byte[count], range);
            Assert.Equal((range, status, reason), (range, response.StatusCode, await ReasonAsync(response)));
        }

        Assert.Equal(0, (await host.Datasets.GetUploadAsync(name)).CommittedBytes);
        using var missing = await PutAsync(http, $"{Project}/uploads/upload-0", [1], null);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        using var empty = await SendAsync(http, $"/v1/{Project}/files/empty", [], null, []);
        Assert.Equal((HttpStatusCode.Created, Sha256([])), (empty.StatusCode, (await JsonAsync(empty)).GetProperty("sha256").GetString()));
    }

    private static HttpClient Client(IngestHost host) => new()
    {
        BaseAddress = new Uri($"http://{host.Channel.Target}"),
    };

    private static HttpRequestMessage Request(HttpMethod verb, string path, HttpContent? content = null) => new(verb, path)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = content,
    };

    private static Task<HttpResponseMessage> PutAsync(HttpClient http, string upload, byte[] bytes, string? range, params (string, string)[] headers) =>
        SendAsync(http, $"/v1/{upload}/content", bytes, range, headers);

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string path, byte[] bytes, string? range, (string Name, string Value)[] headers)
    {
        using var request = Request(HttpMethod.Put, path, new ByteArrayContent(bytes));
        if (range is not null)
        {
            request.Content!.Headers.TryAddWithoutValidation("Content-Range", range);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request, Cancel);
    }

    private static async Task<(HttpStatusCode Status, string Range)> TellAsync(HttpClient http, HttpMethod verb, string upload)
    {
        using var request = Request(verb, $"/v1/{upload}/content");
        using var response = await http.SendAsync(request, Cancel);
        return (response.StatusCode, Range(response));
    }

    private static string Range(HttpResponseMessage response) => response.Headers.TryGetValues("Range", out var range) ? range.Single() : "";

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;

    private static async Task<string?> ReasonAsync(HttpResponseMessage response)
    {
        Assert.Equal(new MediaTypeHeaderValue("application/json"), response.Content.Headers.ContentType);
        return (await JsonAsync(response)).GetProperty("details")[0].GetProperty("reason").GetString();
    }

    private static string Digest(byte[] bytes) => Convert.ToBase64String(Convert.FromHexString(Sha256(bytes)));

    private static async Task StoredAsync(IngestHost host, byte[] bytes)
    {
        var blobs = host.Services.GetRequiredService<IBlobStore>();
        await using var stored = await blobs.OpenReadAsync(new BlobScope("ingest", "default"), BlobDigest.Of(bytes), cancellation: Cancel);
        var read = new byte[bytes.Length];
        await stored.ReadExactlyAsync(read, Cancel);
        Assert.Equal(bytes, read);
    }

    /// <summary>A body that breaks off.</summary>
    private sealed class BreakingContent(byte[] bytes, int after, Func<Task> beforeBreak) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, after), Cancel);
            await stream.FlushAsync(Cancel);
            await beforeBreak();
            throw new IOException("The sender is gone.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
