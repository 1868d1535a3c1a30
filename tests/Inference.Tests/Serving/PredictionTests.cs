using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Mesh.Inference.Tests.Support;
using Mesh.Inference.V1;
using Mesh.Tests.Shared;

namespace Mesh.Inference.Tests.Serving;

/// <summary>Images in, named classes out. The model's logits are [0, 4 · mean brightness].</summary>
public sealed class PredictionTests : IAsyncLifetime
{
    private const string Name = "projects/default/deployments/brightness";

    private InferenceHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await InferenceHost.StartAsync(("Inference:MaxBatchRows", "16"));
        await host.ServeAsync("brightness", "2", TestBundles.Brightness());
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        host.Logs.AssertNoErrors();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    [InlineData(255)]
    public async Task Probabilities_are_the_softmax_of_the_logits(byte brightness)
    {
        using var call = host.Predictions.PredictAsync(Request(brightness), cancellationToken: Cancel);
        var response = await call;
        // Two classes: softmax is the logistic function of the difference of the logits.
        var bright = 1 / (1 + Math.Exp(-4.0 * brightness / 255));
        var classes = Assert.Single(response.Predictions).Classes;
        Assert.Equal(2, classes.Count);
        Assert.Equal(bright, classes.Single(c => c is { Label: "bright", Index: 1 }).Probability, 1e-6);
        Assert.Equal(1 - bright, classes.Single(c => c is { Label: "dark", Index: 0 }).Probability, 1e-6);
        Assert.True(classes[0].Probability >= classes[1].Probability);
        Assert.Equal("projects/default/models/m/versions/2", response.ModelVersion);
        Assert.StartsWith("replica-", (await call.ResponseHeadersAsync).GetValue("mesh-replica"));
    }

    [Fact]
    public async Task Another_libvips_than_that_of_the_training_is_told_and_logged()
    {
        var here = Transforms.Pipeline.ImageLibraryVersion;
        Assert.DoesNotContain(host.Logs.Entries, entry => entry.Message.Contains("libvips", StringComparison.Ordinal));
        Assert.Equal($$"""{"fitted_with_libvips":"{{here}}","serves_with_libvips":"{{here}}"}""", await PropertiesAsync("brightness"));

        var content = TestBundles.Brightness();
        var transforms = Encoding.UTF8.GetString(content.Transforms.Span);
        Assert.Contains($"\"{here}\"", transforms);
        await host.ServeAsync("older", "1", content with { Transforms = Encoding.UTF8.GetBytes(transforms.Replace($"\"{here}\"", "\"8.14.1\"")) });
        Assert.Equal($$"""{"fitted_with_libvips":"8.14.1","serves_with_libvips":"{{here}}"}""", await PropertiesAsync("older"));
        await Eventually.BecomesTrueAsync(
            () => host.Logs.Entries.Count(entry => entry.Message.Contains($"libvips 8.14.1 read, and libvips {here} reads", StringComparison.Ordinal)) == 1, TimeSpan.FromSeconds(20), "the warning");

        async Task<string> PropertiesAsync(string model)
        {
            var rest = JsonNode.Parse(await host.Http.GetStringAsync($"/v2/models/{model}", Cancel))!["properties"]!;
            var grpc = await host.OpenInference.ModelMetadataAsync(new OpenInference.ModelMetadataRequest { Name = model }, cancellationToken: Cancel);
            Assert.Equal(rest.AsObject().Select(p => (p.Key, p.Value!.GetValue<string>())), grpc.Properties.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, p.Value)));
            return rest.ToJsonString();
        }
    }

    [Fact]
    public async Task Of_equals_the_first_class_comes_first()
    {
        var response = await host.Predictions.PredictAsync(Request(0), cancellationToken: Cancel);
        Assert.Equal(["dark", "bright"], response.Predictions[0].Classes.Select(c => c.Label));
        Assert.Equal([0.5, 0.5], response.Predictions[0].Classes.Select(c => c.Probability));
    }

    [Fact]
    public async Task Many_images_of_any_size_keep_their_order_across_batches()
    {
        var request = new PredictRequest { Name = Name, TopK = 1 };
        for (var i = 0; i < 256; i++)
        {
            request.Instances.Add(new Instance { Image = ByteString.CopyFrom(GrayPng.Uniform((byte)i, side: 1 + i % 9)) });
        }

        var response = await host.Predictions.PredictAsync(request, cancellationToken: Cancel);
        Assert.Equal(256, response.Predictions.Count);
        for (var i = 0; i < 256; i++)
        {
            var best = Assert.Single(response.Predictions[i].Classes);
            Assert.Equal(i == 0 ? "dark" : "bright", best.Label);
            Assert.Equal(1 / (1 + Math.Exp(-4.0 * i / 255)), best.Probability, 1e-5);
        }
    }

    [Fact]
    public async Task Broken_images_are_named()
    {
        var request = Request(1, 2, 3);
        request.Instances[1].Image = ByteString.CopyFromUtf8("no image");
        request.Instances[2].Image = ByteString.CopyFrom(GrayPng.Uniform(9)[..40]);
        var refused = await RefusedAsync(request, StatusCode.InvalidArgument);
        Assert.Equal(["instances[1].image", "instances[2].image"], refused.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations.Select(v => v.Field));
        Assert.Contains("decode-image", refused.Status.Detail);
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        await RefusedAsync(new PredictRequest { Name = Name }, StatusCode.InvalidArgument);
        await RefusedAsync(new PredictRequest { Name = Name, Instances = { Enumerable.Repeat(Request(1).Instances[0], 257) } }, StatusCode.InvalidArgument);
        await RefusedAsync(new PredictRequest { Name = Name, Instances = { new Instance() }, TopK = -1 }, StatusCode.InvalidArgument);
        var request = Request(1);
        request.Name = "deployments/brightness";
        await RefusedAsync(request, StatusCode.InvalidArgument);
        request.Name = "projects/default/deployments/other";
        await RefusedAsync(request, StatusCode.NotFound);
    }

    [Fact]
    public async Task A_model_of_another_task_takes_no_images()
    {
        await host.ServeAsync("simple", "1", TestBundles.Simple());
        var request = Request(1);
        request.Name = "projects/default/deployments/simple";
        var refused = await RefusedAsync(request, StatusCode.FailedPrecondition);
        Assert.Equal("NOT_AN_IMAGE_CLASSIFIER", refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
    }

    [Fact]
    public async Task The_json_form_is_transcoded()
    {
        var body = $$"""{"instances":[{"image":"{{Convert.ToBase64String(GrayPng.Uniform(255))}}"}],"topK":1}""";
        using var response = await host.Http.PostAsync($"/v1/{Name}:predict", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("bright", (string?)json["predictions"]![0]!["classes"]![0]!["label"]);
        Assert.StartsWith("replica-", Assert.Single(response.Headers.GetValues("mesh-replica")));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static PredictRequest Request(params byte[] brightness) => new()
    {
        Name = Name,
        Instances = { brightness.Select(b => new Instance { Image = ByteString.CopyFrom(GrayPng.Uniform(b)) }) },
    };

    private async Task<RpcException> RefusedAsync(PredictRequest request, StatusCode code)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Predictions.PredictAsync(request, cancellationToken: Cancel));
        Assert.Equal(code, refused.StatusCode);
        return refused;
    }
}
