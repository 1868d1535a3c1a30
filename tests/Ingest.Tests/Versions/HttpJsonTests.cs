using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Xunit;

namespace Mesh.Ingest.Tests.Versions;

/// <summary>The same calls as HTTP/JSON, transcoded on the service's h2c port; streams are one JSON object a line.</summary>
public sealed class HttpJsonTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_is_made_watched_and_read_over_json()
    {
        await using var host = await IngestHost.StartAsync();
        using var http = new HttpClient
        {
            BaseAddress = new Uri($"http://{host.Channel.Target}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var created = await http.PostAsJsonAsync("/v1/projects/default/datasets?dataset_id=digits", new { displayName = "Digits" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        Assert.Equal("Digits", (await created.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("displayName").GetString());
        var uploads = await Task.WhenAll(Idx.Pair("train", 9).Select(f => host.Datasets.UploadAsync(f.Name, f.Bytes)));
        using var posted = await http.PostAsJsonAsync("/v1/projects/default/datasets/digits/versions", new { uploads }, Cancel);
        var name = (await posted.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("name").GetString();

        var states = await LinesAsync(http, $"/v1/{name}:watch");
        Assert.Equal("JOB_STATE_SUCCEEDED", states[^1].GetProperty("status").GetProperty("state").GetString());
        var batches = await LinesAsync(http, $"/v1/{name}:records?split=train&limit=2");
        var records = batches.SelectMany(b => b.GetProperty("records").EnumerateArray()).ToList();
        Assert.Equal(2, records.Count);
        var pixels = records[1].GetProperty("values")[0].GetProperty("image").GetProperty("data").GetBytesFromBase64();
        Assert.Equal(Idx.Pair("train", 9)[0].Bytes[(16 + 16)..(16 + 32)], pixels);

        using var missing = await http.GetAsync("/v1/projects/default/datasets/none", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private static async Task<List<JsonElement>> LinesAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
