using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using CsCheck;
using Google.Protobuf;
using Mesh.Gateway.Serving;
using Mesh.OpenInference;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mesh.Gateway.Tests.Serving;

/// <summary>What the gateway reads out of a call: name, deadline, body.</summary>
public class CallReadingTests
{
    private const string Infer = "/inference.GRPCInferenceService/ModelInfer";

    [Theory]
    [InlineData("/v2/models/cats/infer", null, "projects/default/deployments/cats")]
    [InlineData("/v2/models/cats", "zoo", "projects/zoo/deployments/cats")]
    [InlineData("/v2/models/cats/versions/3/infer", null, "projects/default/deployments/cats")]
    [InlineData("/projects/zoo/v2/models/cats/ready", "other", "projects/zoo/deployments/cats")]
    [InlineData("/v1/projects/zoo/deployments/cats:predict", null, "projects/zoo/deployments/cats")]
    [InlineData("/v2", null, null)]
    [InlineData("/v2/health/ready", null, null)]
    [InlineData("/v2/models/Not A Name/infer", null, null)]
    public void The_path_names_the_deployment(string path, string? project, string? expected) =>
        Assert.Equal(expected, DeploymentName.Of(Request(path, project), default));

    [Fact]
    public void The_first_field_names_the_deployment_in_any_order_of_fields() => Gen.Select(
        Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-"], 1, 63], Gen.Byte.Array[0, 3000], Gen.Bool, Gen.Int[0, 2]).Sample((name, bytes, last, compression) =>
    {
        var rest = new ModelInferRequest { ModelVersion = "7", Id = "x", RawInputContents = { ByteString.CopyFrom(bytes) } }.ToByteArray();
        var named = new ModelInferRequest { ModelName = name }.ToByteArray();
        byte[] message = last ? [.. rest, .. named] : [.. named, .. rest];
        var request = Request(Infer, null);
        var found = DeploymentName.Of(request, Frame(message, compression, request));
        // Of a compressed message only the first kilobyte is looked at.
        Assert.Equal(compression > 0 && last && bytes.Length > 900 ? found : $"projects/default/deployments/{name}", found);
    });

    [Fact]
    public void Any_bytes_are_read_without_an_error() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 2]).Sample((body, encoding) =>
        {
            var request = Request(Infer, null);
            request.Headers["grpc-encoding"] = new[] { "gzip", "deflate", "" }[encoding];
            DeploymentName.Of(request, body);
        });

    [Fact]
    public void Compression_by_a_dictionary_names_no_deployment()
    {
        var request = Request(Infer, null);
        request.Headers["grpc-encoding"] = "deflate";
        Assert.Null(DeploymentName.Of(request, new byte[] { 1, 0, 0, 0, 8, 0x78, 0x20, 1, 2, 3, 4, 5, 6 }));
    }

    [Theory]
    [InlineData("250m", 250)]
    [InlineData("2S", 2000)]
    [InlineData("1M", 60_000)]
    [InlineData("1H", 3_600_000)]
    [InlineData("5000u", 5)]
    [InlineData("5000000n", 5)]
    [InlineData("99999999H", 86_400_000)]
    public void A_deadline_is_read(string header, int milliseconds)
    {
        var request = Request(Infer, null);
        request.Headers["grpc-timeout"] = header;
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), CallDeadline.Of(request));
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5x")]
    [InlineData("-5S")]
    [InlineData("123456789S")]
    public void A_malformed_deadline_is_none(string header)
    {
        var request = Request(Infer, null);
        request.Headers["grpc-timeout"] = header;
        Assert.Null(CallDeadline.Of(request));
    }

    [Fact]
    public void What_is_left_is_written_as_it_is_read() => Gen.Int[1, 86_400_000].Sample(milliseconds =>
    {
        var request = Request(Infer, null);
        request.Headers["grpc-timeout"] = CallDeadline.Format(TimeSpan.FromMilliseconds(milliseconds));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), CallDeadline.Of(request));
    });

    [Fact]
    public async Task A_buffer_and_the_rest_are_the_body() => await Gen.Select(Gen.Int[0, 300_000], Gen.Int[1, 200_000], Gen.Int[0, 250_000]).SampleAsync(async (size, limit, memoryBytes) =>
    {
        var body = new byte[size];
        new Random(size).NextBytes(body);
        var memory = new ReplayMemory(Microsoft.Extensions.Options.Options.Create(new GatewayOptions { ReplayMemoryBytes = memoryBytes }));
        var reader = PipeReader.Create(new MemoryStream(body), new StreamPipeReaderOptions(bufferSize: 7000));
        using (var buffer = new ReplayBuffer(memory, limit))
        {
            await buffer.FillAsync(reader, default);
            var whole = new MemoryStream();
            await new ResumedBody(buffer.Body, reader.AsStream()).CopyToAsync(whole);
            Assert.Equal(body, whole.ToArray());
            Assert.True(!buffer.IsWhole || size <= limit);
            Assert.True(buffer.IsWhole || size > Math.Min(limit, 16 * 1024 - 1) - 7000);
            Assert.True(memory.Taken <= memoryBytes);
        }

        using (var answer = new ReplayBuffer(memory, limit))
        {
            var stream = new MemoryStream(body);
            using var silence = new Silence(TimeSpan.FromSeconds(60), CancellationToken.None);
            await answer.FillAsync(stream, silence);
            Assert.True(answer.Body.Span.SequenceEqual(body.AsSpan(0, (int)stream.Position)));
        }

        Assert.Equal(0, memory.Taken);
    }, iter: 200);

    private static HttpRequest Request(string path, string? project)
    {
        var request = new DefaultHttpContext().Request;
        request.Path = path;
        if (project is not null)
        {
            request.Headers["mesh-project"] = project;
        }

        return request;
    }

    private static byte[] Frame(byte[] message, int compression, HttpRequest request)
    {
        var packed = new MemoryStream();
        if (compression > 0)
        {
            request.Headers["grpc-encoding"] = compression == 1 ? "gzip" : "deflate";
            using Stream packing = compression == 1 ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true) : new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true);
            packing.Write(message);
        }
        else
        {
            packed.Write(message);
        }

        var frame = new byte[5 + packed.Length];
        frame[0] = (byte)(compression > 0 ? 1 : 0);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), (int)packed.Length);
        packed.ToArray().CopyTo(frame, 5);
        return frame;
    }
}
