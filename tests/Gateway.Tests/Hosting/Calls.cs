using System.Diagnostics;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Mesh.OpenInference;
using Xunit;

namespace Mesh.Gateway.Tests.Hosting;

/// <summary>Short ways to say what a call asks of the test replica, and to read what came back.</summary>
internal static class Calls
{
    public static ModelInferRequest Infer(string model = "simple", params (string Key, object Value)[] parameters)
    {
        var request = new ModelInferRequest { ModelName = model };
        foreach (var (key, value) in parameters)
        {
            request.Parameters[key] = value switch
            {
                int number => new InferParameter { Int64Param = number },
                string text => new InferParameter { StringParam = text },
                _ => new InferParameter { BoolParam = true },
            };
        }

        return request;
    }

    public static ModelInferRequest WithBytes(this ModelInferRequest request, int bytes)
    {
        request.RawInputContents.Add(ByteString.CopyFrom(new byte[bytes]));
        return request;
    }

    public static string Replica(this ModelInferResponse response) => response.Parameters["replica"].StringParam;

    public static async Task<string> AskAsync(this GatewayRig rig, ModelInferRequest request) =>
        (await rig.Inference.ModelInferAsync(request, cancellationToken: TestContext.Current.CancellationToken)).Replica();

    public static async Task<RpcException> FailsAsync(this GatewayRig rig, ModelInferRequest request, TimeSpan? deadline = null) =>
        await Assert.ThrowsAsync<RpcException>(async () => await rig.Inference.ModelInferAsync(
            request, deadline: DateTime.UtcNow + (deadline ?? GatewayRig.Patience), cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>Asserts UNAVAILABLE with the reason given and a RetryInfo.</summary>
    public static void IsUnavailable(RpcException e, string reason)
    {
        Assert.Equal(Grpc.Core.StatusCode.Unavailable, e.StatusCode);
        var status = e.GetRpcStatus();
        Assert.Equal(reason, status?.GetDetail<ErrorInfo>()?.Reason);
        Assert.True(status!.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan() > TimeSpan.Zero);
    }

    public static async Task<(T Result, TimeSpan Took)> TimedAsync<T>(Func<Task<T>> run)
    {
        var clock = Stopwatch.StartNew();
        return (await run(), clock.Elapsed);
    }
}
