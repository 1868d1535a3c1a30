using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mesh.Client.Downloads;
using Mesh.Client.Tests.Support;
using Mesh.Registry.V1;
using Xunit;

namespace Mesh.Client.Tests.Downloads;

public sealed class BundleDownloadTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 500_000).Select(i => (byte)(i * 31 >> 3))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_on_where_it_broke_off()
    {
        await using var server = await GrpcServer<Models>.StartAsync(new Models(announced: Sha256(Content)));
        using var mesh = server.Client();
        using var destination = new MemoryStream();

        var sha256 = await mesh.DownloadModelVersionAsync("projects/p/models/m/versions/1", "", destination, cancel: Cancel);

        Assert.Equal(Sha256(Content), sha256);
        Assert.Equal(Content, destination.ToArray());
        Assert.Equal([0, 120_000, 240_000, 360_000, 480_000], server.Service.Offsets);
    }

    [Fact]
    public async Task Refuses_other_bytes_than_announced()
    {
        await using var server = await GrpcServer<Models>.StartAsync(new Models(announced: Sha256([1])));
        using var mesh = server.Client();
        using var destination = new MemoryStream();

        await Assert.ThrowsAsync<InvalidDataException>(
            () => mesh.DownloadModelVersionAsync("projects/p/models/m/versions/1", "", destination, cancel: Cancel));
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Sends twelve parts of 10,000 bytes a call and breaks off then.</summary>
    private sealed class Models(string announced) : ModelService.ModelServiceBase
    {
        public List<long> Offsets { get; } = [];

        public override async Task DownloadModelVersion(
            DownloadModelVersionRequest request, IServerStreamWriter<DownloadModelVersionResponse> responses, ServerCallContext context)
        {
            Offsets.Add(request.Offset);
            var first = true;
            for (var offset = (int)request.Offset; offset < Content.Length; offset += 10_000)
            {
                if (offset == request.Offset + 120_000)
                {
                    throw new RpcException(new Status(StatusCode.Unavailable, "Restarting."));
                }

                var part = new DownloadModelVersionResponse { Data = ByteString.CopyFrom(Content, offset, Math.Min(10_000, Content.Length - offset)) };
                if (first)
                {
                    (part.SizeBytes, part.Sha256, first) = (Content.Length, announced, false);
                }

                await responses.WriteAsync(part);
            }
        }
    }
}
