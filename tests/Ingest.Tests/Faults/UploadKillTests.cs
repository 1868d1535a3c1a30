using System.Net;
using System.Net.Http.Headers;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Tests.Shared;
using Mesh.Uploads.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Faults;

/// <summary>
/// Ingest is killed at random points of several uploads: 5 times, 50 with MESH_TESTS_FULL. Every byte that it acknowledged is there
/// afterwards, and each upload ends with the right bytes.
/// </summary>
public sealed class UploadKillTests
{
    private const int AtOnce = 4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_acknowledged_byte_is_lost_however_often_the_service_dies()
    {
        var kills = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 50 : 5;
        await using var mesh = await MeshPair.StartAsync(settings: ("Uploads__BytesPerSync", "300000"));
        using var http = new HttpClient { BaseAddress = mesh.Gateway.Http, Timeout = TimeSpan.FromSeconds(30) };
        await SendWhileItDiesAsync(mesh, [http], kills);
    }

    [Fact]
    public async Task No_acknowledged_byte_is_lost_by_replicas_over_one_folder_either()
    {
        var kills = Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1" ? 50 : 1;
        await using var mesh = await MeshPair.StartAsync(DatabaseKind.Postgres, ("Uploads__BytesPerSync", "300000"));
        await using var replica = await mesh.StartReplicaAsync();
        using var first = Direct(mesh.Ingest);
        using var second = Direct(replica);
        await SendWhileItDiesAsync(mesh, [first, second], kills);

        static HttpClient Direct(IngestProcess ingest) => new()
        {
            BaseAddress = ingest.Address,
            Timeout = TimeSpan.FromSeconds(30),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <param name="doors">Each call takes any of them.</param>
    private static async Task SendWhileItDiesAsync(MeshPair mesh, HttpClient[] doors, int kills)
    {
        using var over = new CancellationTokenSource();
        var finished = 0;
        var sending = Enumerable.Range(0, AtOnce).Select(sender => Task.Run(async () =>
        {
            var random = new Random(sender);
            for (var round = 0; !over.IsCancellationRequested; round++)
            {
                await SendAsync(doors, Idx.Random(random.Next(1, 6_000_000), random.Next()), random);
                Interlocked.Increment(ref finished);
            }
        })).ToList();

        var moments = new Random(7);
        for (var kill = 0; kill < kills; kill++)
        {
            var until = Volatile.Read(ref finished) + moments.Next(0, 3);
            await Eventually.BecomesTrueAsync(() => Volatile.Read(ref finished) >= until || sending.Any(t => t.IsFaulted), TimeSpan.FromSeconds(60), "uploads go on");
            await mesh.RestartIngestAsync();
        }

        await over.CancelAsync();
        await Task.WhenAll(sending);
        Assert.True(finished >= AtOnce, $"{finished} uploads");
    }

    /// <summary>Sends one upload in parts of any size, with a memory of what was acknowledged.</summary>
    private static async Task SendAsync(HttpClient[] doors, byte[] bytes, Random random)
    {
        var name = "";
        var acknowledged = 0L;
        var requestId = Guid.NewGuid().ToString();
        while (true)
        {
            var http = doors[random.Next(doors.Length)];
            try
            {
                name = name.Length > 0 ? name : await CreateAsync(http, bytes.Length, requestId);
                var (state, committed) = await AskAsync(http, name);
                Assert.True(committed >= acknowledged, $"{name}: {acknowledged} bytes were acknowledged, {committed} are there");
                if (state == HttpStatusCode.OK)
                {
                    break;
                }

                var end = Math.Min(bytes.Length, committed + random.Next(1, 2_000_000));
                using var part = new ByteArrayContent(bytes, (int)committed, (int)(end - committed));
                // All of it may be there and not finished yet.
                part.Headers.ContentRange = committed == bytes.Length
                    ? new ContentRangeHeaderValue(bytes.Length)
                    : new ContentRangeHeaderValue(committed, end - 1, bytes.Length);
                using var response = await http.PutAsync($"v1/{name}/content", part, Cancel);
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PermanentRedirect)
                {
                    acknowledged = Committed(response);
                    Assert.Equal(end, acknowledged);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !Cancel.IsCancellationRequested)
            {
                // Killed; it comes back.
                await Task.Delay(20, Cancel);
            }
        }

        Assert.Equal(Sha256(bytes), await DigestAsync(doors[random.Next(doors.Length)], name));
    }

    private static async Task<string> DigestAsync(HttpClient http, string name)
    {
        while (true)
        {
            try
            {
                return Upload.Parser.ParseJson(await http.GetStringAsync($"v1/{name}", Cancel)).Sha256;
            }
            catch (HttpRequestException)
            {
                // Killed; it comes back.
                await Task.Delay(20, Cancel);
            }
        }
    }

    private static async Task<string> CreateAsync(HttpClient http, long size, string requestId)
    {
        using var body = new StringContent($$"""{"fileName":"x.bin","sizeBytes":{{size}}}""", new MediaTypeHeaderValue("application/json"));
        using var response = await http.PostAsync($"v1/{Project}/uploads?request_id={requestId}", body, Cancel);
        var json = await response.Content.ReadAsStringAsync(Cancel);
        return response.IsSuccessStatusCode ? Upload.Parser.ParseJson(json).Name : throw new HttpRequestException(json);
    }

    private static async Task<(HttpStatusCode State, long Committed)> AskAsync(HttpClient http, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"v1/{name}/content") { Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
        using var response = await http.SendAsync(request, Cancel);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PermanentRedirect ? (response.StatusCode, Committed(response)) : throw new HttpRequestException($"{response.StatusCode}");
    }

    private static long Committed(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Range", out var range) ? long.Parse(range.Single()["bytes=0-".Length..]) + 1 : 0;
}
