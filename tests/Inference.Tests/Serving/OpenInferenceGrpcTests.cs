using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Mesh.Inference.Tests.Support;
using Mesh.OpenInference;
using static Mesh.Inference.Tests.Support.SimpleRequest;

namespace Mesh.Inference.Tests.Serving;

/// <summary>The protocol over gRPC, as clients that others wrote see it.</summary>
public sealed class OpenInferenceGrpcTests : IAsyncLifetime
{
    private InferenceHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await InferenceHost.StartAsync(("Inference:MaxBatchRows", "8"), ("Inference:MaxQueueRows", "256"));
        await host.ServeAsync("simple", "3", TestBundles.Simple());
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task The_server_describes_itself()
    {
        Assert.True((await host.OpenInference.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: Cancel)).Live);
        Assert.True((await host.OpenInference.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Cancel)).Ready);
        var metadata = await host.OpenInference.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: Cancel);
        Assert.Equal("mesh", metadata.Name);
        Assert.Equal("0.1.0", metadata.Version);
        Assert.Equal(["binary_tensor_data"], metadata.Extensions);
    }

    [Fact]
    public async Task A_model_describes_itself()
    {
        var metadata = await host.OpenInference.ModelMetadataAsync(new ModelMetadataRequest { Name = "simple" }, cancellationToken: Cancel);
        Assert.Equal(ModelMetadataResponse.Parser.ParseJson("""
            {"name":"simple","versions":["3"],"platform":"onnxruntime_onnx",
             "inputs":[{"name":"INPUT0","datatype":"INT32","shape":["-1","16"]},{"name":"INPUT1","datatype":"INT32","shape":["-1","16"]}],
             "outputs":[{"name":"OUTPUT0","datatype":"INT32","shape":["-1","16"]},{"name":"OUTPUT1","datatype":"INT32","shape":["-1","16"]}]}
            """), metadata);
    }

    [Theory]
    [InlineData("simple", "", true)]
    [InlineData("simple", "3", true)]
    [InlineData("simple", "2", false)]
    [InlineData("other", "", false)]
    public async Task A_model_is_ready_or_not(string name, string version, bool ready) => Assert.Equal(
        ready, (await host.OpenInference.ModelReadyAsync(new ModelReadyRequest { Name = name, Version = version }, cancellationToken: Cancel)).Ready);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 8)]
    [InlineData(false, 5)]
    public async Task Raw_and_typed_contents_give_sum_and_difference(bool raw, int rows)
    {
        var (first, second) = (Counting(100, rows), Counting(7, rows).Reverse().ToArray());
        var request = raw ? Raw(first, second) : SimpleRequest.Typed(first, second);
        request.Id = "question 1";
        using var call = host.OpenInference.ModelInferAsync(request, cancellationToken: Cancel);
        var response = await call;

        Assert.Equal("simple", response.ModelName);
        Assert.Equal("3", response.ModelVersion);
        Assert.Equal("question 1", response.Id);
        Assert.Equal(["OUTPUT0", "OUTPUT1"], response.Outputs.Select(o => o.Name));
        Assert.All(response.Outputs, o => Assert.Equal(("INT32", (long)rows, 16L), (o.Datatype, o.Shape[0], o.Shape[1])));
        Assert.Equal(first.Zip(second, (a, b) => a + b), Values<int>(response.RawOutputContents[0]));
        Assert.Equal(first.Zip(second, (a, b) => a - b), Values<int>(response.RawOutputContents[1]));
        Assert.StartsWith("replica-", (await call.ResponseHeadersAsync).GetValue("mesh-replica"));
    }

    [Fact]
    public async Task Inputs_come_in_any_order_and_outputs_as_asked()
    {
        var request = Raw(Counting(10), Counting(3));
        (request.Inputs[0], request.Inputs[1]) = (request.Inputs[1], request.Inputs[0]);
        (request.RawInputContents[0], request.RawInputContents[1]) = (request.RawInputContents[1], request.RawInputContents[0]);
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "OUTPUT1" });
        var response = await InferAsync(request);
        Assert.Equal("OUTPUT1", Assert.Single(response.Outputs).Name);
        Assert.All(Values<int>(Assert.Single(response.RawOutputContents)), value => Assert.Equal(7, value));

        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "OUTPUT0" });
        response = await InferAsync(request);
        Assert.Equal(["OUTPUT1", "OUTPUT0"], response.Outputs.Select(o => o.Name));
        Assert.Equal(Counting(13).Select((_, i) => 13 + 2 * i), Values<int>(response.RawOutputContents[1]));
    }

    [Fact]
    public async Task A_request_may_say_how_long_it_waits()
    {
        var request = Raw(Counting(1), Counting(1));
        request.Parameters["timeout"] = new InferParameter { Int64Param = 5_000_000 };
        Assert.Equal(2, (await InferAsync(request)).RawOutputContents.Count);
        request.Parameters["timeout"] = new InferParameter { StringParam = "soon" };
        await RefusedAsync(request, StatusCode.InvalidArgument, "parameters.timeout");
    }

    public static TheoryData<string, Action<ModelInferRequest>, string> Mistakes => new()
    {
        { "both", r => r.Inputs[1].Contents = new InferTensorContents(), "contents field must not be specified when using raw_input_contents for 'INPUT1' for model 'simple'" },
        { "no data", r => r.RawInputContents.Clear(), "unable to find data for input tensor 'INPUT0' for model 'simple' in request" },
        { "one raw", r => r.RawInputContents.RemoveAt(1), "unable to find data for input tensor 'INPUT1' for model 'simple' in request" },
        { "raw too many", r => r.RawInputContents.Add(ByteString.Empty), "raw_input_contents: has 3 entries for 2 inputs" },
        { "unknown input", r => r.Inputs[1].Name = "INPUT7", "unexpected inference input 'INPUT7' for model 'simple'" },
        { "input twice", r => r.Inputs[1].Name = "INPUT0", "input 'INPUT0' is given twice" },
        { "too few inputs", r => r.Inputs.RemoveAt(1), "expected 2 inputs but got 1 inputs for model 'simple'" },
        { "datatype", r => r.Inputs[0].Datatype = "FP32", "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'" },
        { "shape", r => r.Inputs[0].Shape[1] = 15, "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [1,15]" },
        { "rank", r => r.Inputs[0].Shape.Add(1), "Expected [-1,16], got [1,16,1]" },
        { "negative", r => r.Inputs[0].Shape[0] = -1, "Expected [-1,16], got [-1,16]" },
        { "overflow", r => r.Inputs[0].Shape[0] = long.MaxValue, "unexpected shape for input 'INPUT0'" },
        { "size", r => r.RawInputContents[0] = Bytes(1, 2, 3), "unexpected total byte size 12 for input 'INPUT0', expecting 64 for model 'simple'" },
        { "rows differ", r => Rows(r, 0, 2), "the inputs of model 'simple' have 2 and 1 rows" },
        { "no rows", r => { Rows(r, 0, 0); Rows(r, 1, 0); }, "batch-size must be 1 to 8 for 'simple', not 0" },
        { "too many rows", r => { Rows(r, 0, 9); Rows(r, 1, 9); }, "batch-size must be 1 to 8 for 'simple', not 9" },
        { "unknown output", r => r.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "OUTPUT9" }), "unexpected inference output 'OUTPUT9' for model 'simple'" },
        { "few typed", r => Typed(r, new InferTensorContents { IntContents = { 1, 2 } }), "inputs[0].contents.int_contents: has 2 elements; the shape has 16" },
        { "wrong list", r => Typed(r, new InferTensorContents { Fp32Contents = { 1 } }), "inputs[0].contents.int_contents: has 0 elements" },
        { "two lists", r => Typed(r, new InferTensorContents { IntContents = { Counting(0) }, Fp32Contents = { 1 } }), "fp32_contents: does not belong to datatype INT32" },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public async Task Mistakes_are_named(string what, Action<ModelInferRequest> make, string message)
    {
        var request = Raw(Counting(0), Counting(0));
        make(request);
        var refused = await RefusedAsync(request, StatusCode.InvalidArgument, message);
        Assert.NotEmpty(refused.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations);
        Assert.NotEmpty(what);
    }

    [Fact]
    public async Task Unknown_models_and_versions_are_not_found()
    {
        await RefusedAsync(Raw(Counting(0), Counting(0), "other"), StatusCode.NotFound, "Request for unknown model: 'other' is not found");
        var request = Raw(Counting(0), Counting(0));
        request.ModelVersion = "4";
        await RefusedAsync(request, StatusCode.NotFound, "Request for unknown model: 'simple' version 4 is not found");
        request.ModelVersion = "3";
        await InferAsync(request);
    }

    [Fact]
    public async Task Projects_are_apart()
    {
        await host.ServeAsync("shift", "1", TestBundles.Plus(5), "blue");
        var request = new ModelInferRequest
        {
            ModelName = "shift",
            Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 4 } } },
            RawInputContents = { Bytes(1f, 2f, 3f, 4f) },
        };
        await RefusedAsync(request, StatusCode.NotFound, "unknown model");
        var response = await host.OpenInference.ModelInferAsync(request, new Metadata { { "mesh-project", "blue" } }, cancellationToken: Cancel);
        Assert.Equal([6f, 7f, 8f, 9f], Values<float>(response.RawOutputContents[0]));
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await host.OpenInference.ModelInferAsync(request, new Metadata { { "mesh-project", "../x" } }, cancellationToken: Cancel));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task A_malformed_message_is_an_invalid_argument()
    {
        var bytes = Marshallers.Create<byte[]>(b => b, b => b);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", "ModelInfer", bytes, bytes);
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(host.Address);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(cancellationToken: Cancel), [0x0A, 0x05, 0x41]));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("a field that ends beyond it", refused.Status.Detail);
    }

    [Fact]
    public async Task Large_tensors_pass_and_too_large_ones_do_not()
    {
        await host.ServeAsync("bytes", "1", TestBundles.Identity(2, "UINT8"));
        var data = new byte[40 << 20];
        new Random(1).NextBytes(data);
        var response = await InferAsync(Identity("UINT8", [1, data.Length], data));
        Assert.True(response.RawOutputContents[0].Span.SequenceEqual(data));
        await RefusedAsync(Identity("UINT8", [1, 70 << 20], new byte[70 << 20]), StatusCode.ResourceExhausted, "");
    }

    internal static ModelInferRequest Identity(string datatype, long[] shape, byte[] data) => new()
    {
        ModelName = "bytes",
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = datatype, Shape = { shape } } },
        RawInputContents = { ByteString.CopyFrom(data) },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static void Rows(ModelInferRequest request, int input, int rows)
    {
        request.Inputs[input].Shape[0] = rows;
        request.RawInputContents[input] = Bytes(Counting(0, rows));
    }

    private static void Typed(ModelInferRequest request, InferTensorContents contents)
    {
        request.RawInputContents.Clear();
        request.Inputs[0].Contents = contents;
        request.Inputs[1].Contents = new InferTensorContents { IntContents = { Counting(0) } };
    }

    private async Task<ModelInferResponse> InferAsync(ModelInferRequest request) => await host.OpenInference.ModelInferAsync(request, cancellationToken: Cancel);

    private async Task<RpcException> RefusedAsync(ModelInferRequest request, StatusCode code, string message)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => InferAsync(request));
        Assert.Equal(code, refused.StatusCode);
        Assert.Contains(message, refused.Status.Detail);
        return refused;
    }
}
