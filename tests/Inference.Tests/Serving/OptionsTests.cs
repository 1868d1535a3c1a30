using Mesh.Inference.Tests.Support;
using Mesh.Tests.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Mesh.Inference.Tests.Serving;

public class OptionsTests
{
    [Theory]
    [InlineData("MESH_BIND=0.0.0.0", "MESH_ADVERTISE: set it to the host name")]
    [InlineData("MESH_BIND=::", "MESH_ADVERTISE: set it to the host name")]
    [InlineData("MESH_ADVERTISE=http://me:5", "\"http://me:5\" is not a host name or address")]
    [InlineData("MESH_BIND=0.0.0.0 MESH_ADVERTISE=replica-3.inference", null)]
    [InlineData("", null)]
    public void Surroundings_are_checked(string settings, string? failure)
    {
        var values = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => (string?)s[1]);
        AssertFailure(failure, values, new InferenceOptions());
    }

    [Fact]
    public void Settings_must_agree()
    {
        AssertFailure("Inference:MaxQueueRows (1000) must be at least MaxBatchRows (1024)", [], new InferenceOptions { MaxQueueRows = 1000, MaxBatchRows = 1024 });
        AssertFailure("Inference:MaxQueueRows (255) must be at least 256", [], new InferenceOptions { MaxQueueRows = 255 });
        AssertFailure("\"tpu\" is not an execution provider; use cpu or cuda", [], new InferenceOptions { ExecutionProvider = "tpu" });
        AssertFailure("cuda is not in this build's ONNX Runtime", [], new InferenceOptions { ExecutionProvider = "cuda" });
    }

    [Fact]
    public async Task The_advertised_host_replaces_the_bound_one()
    {
        await using var host = await InferenceHost.StartAsync(("MESH_ADVERTISE", "replica-3.inference"));
        await Eventually.BecomesTrueAsync(() => host.Directory.Last is not null, TimeSpan.FromSeconds(20), "a report");
        Assert.Equal($"http://replica-3.inference:{new Uri(host.Address).Port}", host.Directory.Last!.Address);
    }

    private static void AssertFailure(string? failure, Dictionary<string, string?> settings, InferenceOptions options)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var result = new InferenceOptionsCheck(configuration).Validate(null, options);
        if (failure is null)
        {
            Assert.Equal(ValidateOptionsResult.Success, result);
        }
        else
        {
            Assert.Contains(failure, Assert.Single(result.Failures!));
        }
    }
}
