using System.Text;
using Grpc.Core;
using Mesh.Inference.Tests.Support;
using Mesh.OpenInference;
using static Mesh.Inference.Tests.Support.SimpleRequest;

namespace Mesh.Inference.Tests.Serving;

/// <summary>Every datatype through a model that gives back what it gets, raw and typed.</summary>
public sealed class DatatypeTests : IAsyncLifetime
{
    private InferenceHost host = null!;

    public async ValueTask InitializeAsync() => host = await InferenceHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        host.Logs.AssertNoErrors();
    }

    // The element type in ONNX, typed contents of [2, 2] elements, and their raw bytes.
    public static TheoryData<string, int, string, string> Types => new()
    {
        { "BOOL", 9, """{"boolContents":[true,false,false,true]}""", "01000001" },
        { "UINT8", 2, """{"uintContents":[0,1,254,255]}""", "0001FEFF" },
        { "INT8", 3, """{"intContents":[0,1,-128,127]}""", "0001807F" },
        { "UINT16", 4, """{"uintContents":[0,1,258,65535]}""", "000001000201FFFF" },
        { "INT16", 5, """{"intContents":[0,1,-2,-32768]}""", "00000100FEFF0080" },
        { "INT32", 6, """{"intContents":[0,1,-2,2147483647]}""", "0000000001000000FEFFFFFFFFFFFF7F" },
        { "INT64", 7, """{"int64Contents":[0,1,-2,"9223372036854775807"]}""", "00000000000000000100000000000000FEFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F" },
        { "UINT32", 12, """{"uintContents":[0,1,2,4294967295]}""", "000000000100000002000000FFFFFFFF" },
        { "UINT64", 13, """{"uint64Contents":[0,1,2,"18446744073709551615"]}""", "000000000000000001000000000000000200000000000000FFFFFFFFFFFFFFFF" },
        { "FP32", 1, """{"fp32Contents":[0,1,-2,0.5]}""", "000000000000803F000000C00000003F" },
        { "FP64", 11, """{"fp64Contents":[0,1,-2,0.5]}""", "0000000000000000000000000000F03F00000000000000C0000000000000E03F" },
        { "BYTES", 8, """{"bytesContents":["YQ==","","w7w=","YWJj"]}""", "010000006100000000" + "02000000C3BC" + "03000000616263" },
        { "FP16", 10, "", "0000003C00C00038" },
        { "BF16", 16, "", "0000803F00C0003F" },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Elements_pass_unchanged(string datatype, int onnx, string typed, string hex)
    {
        await host.ServeAsync("bytes", datatype.ToLowerInvariant(), TestBundles.Identity(onnx, datatype));
        var raw = Convert.FromHexString(hex);
        var request = OpenInferenceGrpcTests.Identity(datatype, [2, 2], raw);
        var response = await InferAsync(request);
        Assert.Equal(datatype, response.Outputs[0].Datatype);
        Assert.Equal([2L, 2L], response.Outputs[0].Shape);
        Assert.Equal(hex, Convert.ToHexString(response.RawOutputContents[0].Span));

        request.RawInputContents.Clear();
        request.Inputs[0].Contents = InferTensorContents.Parser.ParseJson(typed.Length == 0 ? """{"uintContents":[1,2,3,4]}""" : typed);
        if (typed.Length == 0)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => InferAsync(request));
            Assert.Contains($"{datatype} has no typed contents", refused.Status.Detail);
            return;
        }

        response = await InferAsync(request);
        Assert.Equal(hex, Convert.ToHexString(response.RawOutputContents[0].Span));
    }

    [Theory]
    [InlineData("UINT8", 2, """{"uintContents":[0,1,2,256]}""")]
    [InlineData("INT8", 3, """{"intContents":[0,1,2,-129]}""")]
    [InlineData("INT16", 5, """{"intContents":[0,1,2,32768]}""")]
    [InlineData("UINT16", 4, """{"uintContents":[0,1,2,65536]}""")]
    public async Task Elements_out_of_range_are_refused(string datatype, int onnx, string typed)
    {
        await host.ServeAsync("bytes", datatype.ToLowerInvariant(), TestBundles.Identity(onnx, datatype));
        var request = OpenInferenceGrpcTests.Identity(datatype, [2, 2], []);
        request.RawInputContents.Clear();
        request.Inputs[0].Contents = InferTensorContents.Parser.ParseJson(typed);
        var refused = await Assert.ThrowsAsync<RpcException>(() => InferAsync(request));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("cannot hold", refused.Status.Detail);
    }

    [Fact]
    public async Task Strings_of_a_batch_go_back_to_who_sent_them()
    {
        await host.ServeAsync("bytes", "1", TestBundles.Identity(OnnxFile.String, "BYTES"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var text = string.Concat(Enumerable.Repeat($"text {i} ", i % 7));
            var element = Encoding.UTF8.GetBytes(text);
            var response = await InferAsync(OpenInferenceGrpcTests.Identity("BYTES", [1, 1], [.. BitConverter.GetBytes(element.Length), .. element]));
            return (text, Encoding.UTF8.GetString(response.RawOutputContents[0].Span[4..]));
        }));
        Assert.All(answers, answer => Assert.Equal(answer.text, answer.Item2));
    }

    [Theory]
    [InlineData("0500000061")]
    [InlineData("010000006101")]
    [InlineData("0100000061")]
    public async Task Damaged_strings_are_refused(string hex)
    {
        await host.ServeAsync("bytes", "1", TestBundles.Identity(OnnxFile.String, "BYTES"));
        var refused = await Assert.ThrowsAsync<RpcException>(() => InferAsync(OpenInferenceGrpcTests.Identity("BYTES", [1, 2], Convert.FromHexString(hex))));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("is not 2 elements", refused.Status.Detail);
    }

    [Fact]
    public async Task A_model_without_a_batch_dimension_runs_one_request_at_a_time()
    {
        await host.ServeAsync("whole", "1", TestBundles.Whole());
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            var request = OpenInferenceGrpcTests.Identity("FP32", [3], []);
            request.ModelName = "whole";
            request.RawInputContents[0] = Bytes<float>(i, 1, 2);
            Assert.Equal([2f * i, 2f, 4f], Values<float>((await InferAsync(request)).RawOutputContents[0]));
        }));
    }

    [Fact]
    public async Task Data_that_the_model_refuses_fails_only_its_request()
    {
        await host.ServeAsync("lookup", "1", TestBundles.Lookup());
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var request = OpenInferenceGrpcTests.Identity("INT64", [1], []);
            request.ModelName = "lookup";
            request.RawInputContents[0] = Bytes((long)(i % 5));
            try
            {
                return (i, Value: Values<float>((await InferAsync(request)).RawOutputContents[0])[0]);
            }
            catch (RpcException e)
            {
                Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
                Assert.Contains("out of data bounds", e.Status.Detail);
                Assert.DoesNotContain("/", e.Status.Detail);
                return (i, Value: -1f);
            }
        }));
        Assert.All(answers, answer => Assert.Equal(answer.i % 5 == 4 ? -1 : 10 + answer.i % 5, answer.Value));
    }

    private async Task<ModelInferResponse> InferAsync(ModelInferRequest request) =>
        await host.OpenInference.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken);
}
