using System.Buffers.Binary;
using System.Diagnostics;
using Grpc.Core;
using Mesh.OpenInference;
using Microsoft.AspNetCore.Connections.Features;

namespace Mesh.Gateway.TestReplica;

/// <summary>
/// What a call's parameters ask for: delay_ms waits first; die ends the process by SIGKILL, drop closes the connection,
/// half sends the beginning of an answer and closes the connection; status answers that gRPC code; answer_bytes is the
/// answer's size. With "only", just the replica of that id does it.
/// </summary>
public static class Behaviour
{
    public static async Task ApplyAsync(ModelInferRequest request, ReplicaServer replica, ServerCallContext context)
    {
        var asked = request.Parameters;
        if (asked.TryGetValue("only", out var only) && only.StringParam != replica.Id)
        {
            return;
        }

        if (asked.TryGetValue("delay_ms", out var delay))
        {
            try
            {
                await Task.Delay((int)delay.Int64Param, context.CancellationToken);
            }
            catch (OperationCanceledException)
            {
                replica.CallerLeft();
                throw;
            }
        }

        var http = context.GetHttpContext();
        if (asked.ContainsKey("die"))
        {
            Process.GetCurrentProcess().Kill();
        }

        if (asked.TryGetValue("half", out var half))
        {
            var beginning = new byte[half.Int64Param];
            BinaryPrimitives.WriteInt32BigEndian(beginning.AsSpan(1), beginning.Length * 2);
            await http.Response.Body.WriteAsync(beginning, context.CancellationToken);
            await http.Response.Body.FlushAsync(context.CancellationToken);
        }

        if (half is not null || asked.ContainsKey("drop"))
        {
            http.Features.Get<IConnectionLifetimeFeature>()!.Abort();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        if (asked.TryGetValue("status", out var status))
        {
            throw new RpcException(
                new Status((StatusCode)status.Int64Param, "as asked: ü"), new Metadata { { "detail-bin", [1, 2, 3] }, { "word", "one" } });
        }
    }
}
