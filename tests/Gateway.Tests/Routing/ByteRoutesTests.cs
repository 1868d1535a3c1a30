using System.Net;
using System.Net.Sockets;
using System.Text;
using Mesh.Gateway.Tests.Hosting;
using Xunit;

namespace Mesh.Gateway.Tests.Routing;

/// <summary>Bytes over plain HTTP on their way through the gateway.</summary>
public sealed class ByteRoutesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PUT", "/v1/projects/p/uploads/u/content", "ingest")]
    [InlineData("HEAD", "/v1/projects/p/uploads/u/content", "ingest")]
    [InlineData("PUT", "/v1/projects/p/files/a/b%20c/d.bin", "ingest")]
    [InlineData("GET", "/v1/projects/p/blobs/0123", "ingest")]
    [InlineData("HEAD", "/v1/projects/p/datasets/d/versions/1/files/a/b.bin", "ingest")]
    [InlineData("PUT", "/v1/projects/p/bundleUploads/u/content", "registry")]
    [InlineData("PUT", "/v1/projects/p/bundleFiles/model.tar", "registry")]
    public async Task Bodies_of_any_size_reach_their_owner(string verb, string path, string owner)
    {
        await using var server = await OwnerServer.StartEchoAsync(owner);
        await using var gateway = await GatewayRig.StartAsync(
            new Dictionary<string, string> { [$"services:{owner}:grpc:0"] = server.Address, ["Gateway:MaxBodyBytes"] = $"{1024 * 1024}" });
        foreach (var client in new[] { gateway.Rest, gateway.Http2 })
        {
            using var request = new HttpRequestMessage(new HttpMethod(verb), path);
            request.Content = verb == "PUT" ? new ByteArrayContent(new byte[2 * 1024 * 1024]) : null;
            using var response = await client.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal((owner, $"{verb} {path}", verb == "PUT" ? "2097152" : "0"), (Header(response, "x-owner"), Header(response, "x-asked"), Header(response, "x-body")));
        }
    }

    [Fact]
    public async Task An_upload_on_which_nothing_moves_is_cut()
    {
        await using var server = await OwnerServer.StartEchoAsync("ingest");
        await using var gateway = await GatewayRig.StartAsync(
            new Dictionary<string, string> { ["services:ingest:grpc:0"] = server.Address }, new GatewayOptions { ActivityTimeoutSeconds = 1 });
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(gateway.Rest.BaseAddress!.Host, gateway.Rest.BaseAddress.Port, Cancel);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("PUT /v1/projects/p/files/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this"), Cancel);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        string answer;
        try
        {
            answer = await reader.ReadToEndAsync(Cancel).WaitAsync(GatewayRig.Patience, Cancel);
        }
        catch (IOException)
        {
            // Cut by a reset.
            answer = "";
        }

        Assert.Equal("", answer);
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
