using System.Net;
using Mesh.Ingest.Imports.Sources;
using Mesh.Ingest.Tests.Data;
using Mesh.Ingest.Tests.Hosting;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Xunit;
using static Mesh.Ingest.Tests.Hosting.IngestCalls;

namespace Mesh.Ingest.Tests.Imports;

public sealed class WebImportTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_file_is_fetched_however_its_server_sends_it(bool plain, bool chunked)
    {
        await using var web = await SourceServer.StartAsync();
        (web.IsPlain, web.IsChunked) = (plain, chunked);
        var bytes = web.Files["files/a b.bin"] = Idx.Random(2_000_000, 1);
        web.Files["files/empty"] = [];
        await using var host = await StartAsync(web);
        var import = await host.Imports.RunAsync($"{web.Address}files/a%20b.bin?token=x");
        Assert.Equal((JobState.Succeeded, 2_000_000L), (import.Status.State, import.FinishedBytes));
        var upload = Assert.Single(await host.Datasets.UploadsAsync(import));
        Assert.Equal(("a b.bin", Sha256(bytes)), (upload.FileName, upload.Sha256));
        var empty = await host.Imports.RunAsync($"{web.Address}files/empty");
        Assert.Equal((JobState.Succeeded, 0L), (empty.Status.State, empty.FinishedBytes));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_that_breaks_goes_on_where_the_server_can(bool plain)
    {
        await using var web = await SourceServer.StartAsync();
        web.IsPlain = plain;
        var bytes = web.Files["x"] = Idx.Random(2_000_000, 1);
        web.Breaks["x"] = new Queue<int>([int.MaxValue, 800_000, -1]);
        await using var host = await StartAsync(web);
        var import = await host.Imports.RunAsync($"{web.Address}x");
        Assert.Equal(JobState.Succeeded, import.Status.State);
        Assert.Equal(Sha256(bytes), Assert.Single(await host.Datasets.UploadsAsync(import)).Sha256);
        // Nothing proves that a plain file is still the same: it comes from the beginning.
        Assert.Matches(plain ? "^$" : "^bytes=[1-9][0-9]*-$", web.Asked.Last().Range);
    }

    [Theory]
    [InlineData(Validator.Tag, true)]
    [InlineData(Validator.Time, true)]
    [InlineData(Validator.WeakTag, false)]
    [InlineData(Validator.FreshTime, false)]
    [InlineData(Validator.None, false)]
    public async Task A_download_goes_on_by_what_proves_that_the_file_is_the_same(Validator validator, bool goesOn)
    {
        await using var web = await SourceServer.StartAsync();
        web.Validator = validator;
        var bytes = web.Files["x"] = Idx.Random(2_000_000, 1);
        web.Breaks["x"] = new Queue<int>([int.MaxValue, 1_500_000]);
        await using var host = await StartAsync(web);
        var import = await host.Imports.RunAsync($"{web.Address}x");
        Assert.Equal(JobState.Succeeded, import.Status.State);
        Assert.Equal(Sha256(bytes), Assert.Single(await host.Datasets.UploadsAsync(import)).Sha256);
        Assert.Matches(goesOn ? "^bytes=[1-9][0-9]*-$" : "^$", web.Asked.Last().Range);
    }

    /// <summary>Both files are of one size, and the server knows ranges: only a validator can tell.</summary>
    [Theory]
    [InlineData(Validator.Tag, false)]
    [InlineData(Validator.WeakTag, false)]
    [InlineData(Validator.FreshTime, true)]
    [InlineData(Validator.None, true)]
    public async Task A_file_that_changes_during_the_download_is_never_half_of_each(Validator validator, bool isNew)
    {
        await using var web = await SourceServer.StartAsync();
        web.Validator = validator;
        web.Files["x"] = Idx.Random(2_000_000, 1);
        var changed = web.Changes["x"] = Idx.Random(2_000_000, 2);
        web.Breaks["x"] = new Queue<int>([int.MaxValue, 1_500_000]);
        await using var host = await StartAsync(web);
        var import = await host.Imports.RunAsync($"{web.Address}x");
        Assert.Equal(isNew ? (JobState.Succeeded, "") : (JobState.Failed, "SOURCE_CHANGED"), (import.Status.State, import.Status.Error?.Reason ?? ""));
        Assert.True(!isNew || Assert.Single(await host.Datasets.UploadsAsync(import)).Sha256 == Sha256(changed));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_after_a_few_tries()
    {
        await using var web = await SourceServer.StartAsync();
        web.Files["x"] = new byte[1000];
        web.Breaks["x"] = new Queue<int>([int.MaxValue, -2, -2, -1, -1, -1]);
        await using var host = await StartAsync(web, ("Imports:StallSeconds", "1"));
        var import = await host.Imports.RunAsync($"{web.Address}x");
        Assert.Equal((JobState.Failed, "SOURCE_UNAVAILABLE"), (import.Status.State, import.Status.Error.Reason));
        Assert.StartsWith("x: ", import.Status.Error.Message);
    }

    [Fact]
    public async Task Redirects_are_followed_among_the_allowed_hosts_only()
    {
        await using var web = await SourceServer.StartAsync();
        web.Files["x"] = [1, 2, 3];
        web.Redirects["to-x"] = "/x";
        web.Redirects["round"] = "/round";
        web.Redirects["away"] = $"http://localhost:{web.Address.Port}/x";
        web.Redirects["file"] = "file:///etc/passwd";
        await using var host = await StartAsync(web);
        Assert.Equal(JobState.Succeeded, (await host.Imports.RunAsync($"{web.Address}to-x")).Status.State);
        Assert.Equal("SOURCE_REFUSED", (await host.Imports.RunAsync($"{web.Address}round")).Status.Error.Reason);
        Assert.Equal("SOURCE_NOT_ALLOWED", (await host.Imports.RunAsync($"{web.Address}away")).Status.Error.Reason);
        Assert.Equal("SOURCE_NOT_ALLOWED", (await host.Imports.RunAsync($"{web.Address}file")).Status.Error.Reason);
        Assert.Equal("SOURCE_NOT_FOUND", (await host.Imports.RunAsync($"{web.Address}nothing")).Status.Error.Reason);
    }

    [Fact]
    public async Task A_name_that_stands_for_an_inner_address_is_refused_when_it_is_connected_to()
    {
        await using var web = await SourceServer.StartAsync();
        web.Files["x"] = [1];
        await using var host = await IngestHost.StartAsync(
            settings: [("Imports:Http:AllowedHosts:0", "*"), ("Imports:Http:AllowHttp", "true"), ("Imports:Http:MaxBytes", "10")]);
        foreach (var name in new[] { "localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433" })
        {
            var import = await host.Imports.RunAsync($"http://{name}:{web.Address.Port}/x");
            Assert.Equal((name, JobState.Failed, "SOURCE_NOT_ALLOWED"), (name, import.Status.State, import.Status.Error.Reason));
        }

        Assert.Empty(web.Asked);
    }

    [Fact]
    public async Task What_the_operator_did_not_allow_is_refused_at_once()
    {
        await using var host = await IngestHost.StartAsync(settings: [("Imports:Http:AllowedHosts:0", "*.example.org"), ("Imports:Http:AllowedHosts:1", "data.test")]);
        foreach (var address in new[] { "https://example.org/x", "https://badexample.org/x", "https://data.test.evil/x", "https://x.data.test/x" })
        {
            Assert.Contains("not among the hosts", await host.Imports.RefusedAsync(address));
        }

        Assert.Contains("Imports:Http:AllowHttp", await host.Imports.RefusedAsync("http://data.test/x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_beyond_the_limit_is_refused(bool chunked)
    {
        await using var web = await SourceServer.StartAsync();
        (web.IsPlain, web.IsChunked) = (chunked, chunked);
        web.Files["x"] = new byte[1001];
        await using var host = await StartAsync(web, ("Imports:Http:MaxBytes", "1000"));
        var import = await host.Imports.RunAsync($"{web.Address}x");
        Assert.Equal((JobState.Failed, "FILE_TOO_LARGE"), (import.Status.State, import.Status.Error.Reason));
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("127.1.2.3", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd12::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Public_addresses_are_told_from_others(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    private static Task<IngestHost> StartAsync(SourceServer web, params (string, string)[] more) => IngestHost.StartAsync(
        settings: [("Imports:Http:AllowedHosts:0", web.Address.Host), ("Imports:Http:AllowHttp", "true"), ("Imports:Http:AllowPrivateAddresses", "true"), ("Imports:RetrySeconds", "0.05"), .. more]);
}
