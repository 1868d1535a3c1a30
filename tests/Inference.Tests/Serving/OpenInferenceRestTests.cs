using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Inference.Tests.Support;

namespace Mesh.Inference.Tests.Serving;

/// <summary>The protocol over HTTP, on the port that the gateway forwards to.</summary>
public sealed class OpenInferenceRestTests : IAsyncLifetime
{
    private const string Ones = "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1";
    private const string Counting = "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15";

    private InferenceHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await InferenceHost.StartAsync(("Inference:MaxRequestBytes", "20000"), ("Inference:MaxBatchRows", "8"));
        await host.ServeAsync("simple", "3", TestBundles.Simple());
        await host.ServeAsync("plus", "1", TestBundles.Plus(5));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        host.Logs.AssertNoErrors();
    }

    [Theory]
    [InlineData("/v2", """{"name":"mesh","version":"0.1.0","extensions":["binary_tensor_data"]}""")]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"ready":true}""")]
    [InlineData("/v2/models/simple/ready", """{"name":"simple","ready":true}""")]
    [InlineData("/v2/models/simple/versions/3/ready", """{"name":"simple","ready":true}""")]
    [InlineData("/projects/default/v2/models/simple/ready", """{"name":"simple","ready":true}""")]
    [InlineData("/v2/models/plus", """
        {"name":"plus","versions":["1"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,4]}]}
        """)]
    public async Task Questions_are_answered(string path, string json)
    {
        using var response = await host.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        AssertJson(json, await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("/v2/models/other", "Request for unknown model: 'other' is not found")]
    [InlineData("/v2/models/other/ready", "Request for unknown model: 'other' is not found")]
    [InlineData("/v2/models/simple/versions/9", "Request for unknown model: 'simple' version 9 is not found")]
    [InlineData("/projects/blue/v2/models/simple", "Request for unknown model: 'simple' is not found")]
    public async Task What_is_unknown_is_not_found(string path, string error)
    {
        using var response = await host.Http.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        AssertJson(JsonSerializer.Serialize(new { error }), await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData($$$"""{"id":"7","inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","data":[{{{Counting}}}]},{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":[{{{Ones}}}]}]}""")]
    [InlineData($$$"""{"inputs":[{"data":[[{{{Counting}}}]],"extra":{"a":[1]},"datatype":"INT32","shape":[1,16],"name":"INPUT0"},{"name":"INPUT1","shape":[1,16],"datatype":"INT32","data":[[{{{Ones}}}]],"parameters":{"other":[{}]}}],"id":"7","parameters":{"sequence_id":{"x":1} } }""")]
    public async Task Json_in_json_out(string body)
    {
        using var response = await PostAsync("/v2/models/simple/infer", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("replica-", Assert.Single(response.Headers.GetValues("mesh-replica")));
        AssertJson("""
            {"model_name":"simple","model_version":"3","id":"7","outputs":[
              {"name":"OUTPUT0","datatype":"INT32","shape":[1,16],"data":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]},
              {"name":"OUTPUT1","datatype":"INT32","shape":[1,16],"data":[-1,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14]}]}
            """, await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Binary_tensors_follow_the_json_both_ways()
    {
        const string json = """
            {"inputs":[{"name":"INPUT0","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}},
                       {"name":"INPUT1","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}}],
             "outputs":[{"name":"OUTPUT1","parameters":{"binary_data":true}},{"name":"OUTPUT0","parameters":{"binary_data":false}}]}
            """;
        var first = Enumerable.Range(100, 16).ToArray();
        var second = Enumerable.Repeat(3, 16).ToArray();
        using var response = await PostAsync("/v2/models/simple/versions/3/infer", json, MemoryMarshal.AsBytes<int>(first).ToArray(), MemoryMarshal.AsBytes<int>(second).ToArray());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        var body = await response.Content.ReadAsByteArrayAsync(Cancel);
        var length = int.Parse(Assert.Single(response.Headers.GetValues("Inference-Header-Content-Length")));
        AssertJson($$$"""
            {"model_name":"simple","model_version":"3","outputs":[
              {"name":"OUTPUT1","datatype":"INT32","shape":[1,16],"parameters":{"binary_data_size":64}},
              {"name":"OUTPUT0","datatype":"INT32","shape":[1,16],"data":[{{{string.Join(',', first.Select(v => v + 3))}}}]} ]}
            """, Encoding.UTF8.GetString(body[..length]));
        Assert.Equal(first.Select(v => v - 3), MemoryMarshal.Cast<byte, int>(body.AsSpan(length)).ToArray());
    }

    [Fact]
    public async Task Binary_data_output_asks_for_all_outputs()
    {
        const string body = """{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2.5,-3e0,4]}]}""";
        using var response = await PostAsync("/v2/models/plus/infer", body);
        var bytes = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal([6f, 7.5f, 2f, 9f], MemoryMarshal.Cast<byte, float>(bytes.AsSpan(^16..)).ToArray());
    }

    [Fact]
    public async Task A_raw_body_is_the_one_input()
    {
        using var response = await PostAsync("/v2/models/plus/infer", "", MemoryMarshal.AsBytes<float>([1, 2, 3, 4, 5, 6, 7, 8]).ToArray());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var bytes = await response.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal([6f, 7f, 8f, 9f, 10f, 11f, 12f, 13f], MemoryMarshal.Cast<byte, float>(bytes.AsSpan(^32..)).ToArray());
        await RefusedAsync("/v2/models/simple/infer", "", 400, "which only models with one input take; this one has 2", new byte[128]);
        await RefusedAsync("/v2/models/plus/infer", "", 400, "unexpected total byte size 17", new byte[17]);
    }

    [Theory]
    [InlineData("", "failed to parse the request JSON")]
    [InlineData("{", "failed to parse the request JSON")]
    [InlineData("[]", "body: must be a JSON object")]
    [InlineData("{} x", "failed to parse the request JSON")]
    [InlineData("""{"inputs":5}""", "inputs: must be an array")]
    [InlineData("""{"inputs":[5]}""", "inputs[0]: must be an object")]
    [InlineData("""{"inputs":[]}""", "expected 1 inputs but got 0 inputs for model 'plus'")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32"}]}""", "unable to find data for input tensor 'x'")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP31","data":[1]}]}""", "inputs[0].datatype: \"FP31\" is not a datatype")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP16","data":[1,2,3,4]}]}""", "FP16 has no JSON form")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3]}]}""", "inputs[0].data: does not have the 4 elements of its shape")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4,5]}]}""", "does not have the 4 elements")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4000000000],"datatype":"FP32","data":[1]}]}""", "is not a shape")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,400000000],"datatype":"FP32","data":[1]}]}""", "does not have the 400000000 elements")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,"3",4]}]}""", "has an element that is no FP32")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,1e99,4]}]}""", "has an element that is no FP32")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":4}]}""", "inputs[0].data: must be an array")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"INT8","data":[1,2,128,4]}]}""", "has an element that is no INT8")]
    [InlineData("""{"inputs":[{"name":"x","shape":["1",4],"datatype":"FP32","data":[1]}]}""", "failed to parse the request JSON")]
    [InlineData("""{"inputs":[{"name":7,"shape":[1,4],"datatype":"FP32","data":[1]}]}""", "failed to parse the request JSON")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""", "is 16; 0 bytes are left in the body")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"BYTES","data":["a",1,"b","c"]}]}""", "has an element that is no string")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"INT32","data":[1,2,3,4]}]}""", "data-type is 'INT32', but model 'plus' expects 'FP32'")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"z"}]}""", "unexpected inference output 'z'")]
    public Task Mistakes_are_named(string body, string error) => RefusedAsync("/v2/models/plus/infer", body, 400, error);

    [Fact]
    public async Task Bytes_that_nothing_announces_are_refused() =>
        await RefusedAsync("/v2/models/plus/infer", """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", 400, "1 bytes follow the JSON", new byte[1]);

    [Fact]
    public async Task The_header_must_lie_within_the_body()
    {
        foreach (var header in new[] { "-1", "900", "x", "99999999999" })
        {
            using var content = new StringContent("{}");
            content.Headers.Add("Inference-Header-Content-Length", header);
            using var response = await host.Http.PostAsync("/v2/models/plus/infer", content, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("is not a length within the body of 2 bytes", await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_refused(bool announced)
    {
        using var content = new StreamContent(new MemoryStream(new byte[20001]));
        content.Headers.ContentLength = announced ? 20001 : null;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/plus/infer") { Content = content, Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await host.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        AssertJson("""{"error":"The body is larger than 20000 bytes."}""", await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_number_that_json_cannot_hold_asks_for_binary_data()
    {
        var body = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","parameters":{"binary_data_size":16}}]}""";
        await RefusedAsync("/v2/models/plus/infer", body, 400, "ask for binary_data", MemoryMarshal.AsBytes<float>([float.NaN, 1, 2, 3]).ToArray());
    }

    [Fact]
    public async Task The_header_names_a_project_too()
    {
        await host.ServeAsync("plus", "8", TestBundles.Plus(1), "blue");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/models/plus") { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("mesh-project", "blue");
        using var response = await host.Http.SendAsync(request, Cancel);
        Assert.Contains("\"versions\":[\"8\"]", await response.Content.ReadAsStringAsync(Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static void AssertJson(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"expected {expected}\nbut got {actual}");

    private Task<HttpResponseMessage> PostAsync(string path, string json, params byte[][] tensors)
    {
        var text = Encoding.UTF8.GetBytes(json);
        var content = new ByteArrayContent([.. text, .. tensors.SelectMany(t => t)]);
        if (tensors.Length > 0)
        {
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            content.Headers.Add("Inference-Header-Content-Length", text.Length.ToString());
        }

        return host.Http.PostAsync(path, content, Cancel);
    }

    private async Task RefusedAsync(string path, string json, int status, string error, params byte[][] tensors)
    {
        using var response = await PostAsync(path, json, tensors);
        var body = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal((status, "application/json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Contains(error, (string)JsonNode.Parse(body)!["error"]!);
    }
}
