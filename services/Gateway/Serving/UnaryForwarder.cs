using System.Buffers;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Serving;

/// <summary>
/// Sends one unary call to one replica and hands the answer on only when all of it has come, so that a replica that dies
/// under a call leaves nothing half-said and the call can be sent again. An answer beyond the limit is streamed from there on.
/// </summary>
public sealed class UnaryForwarder(ReplicaChannel channel, ReplayMemory memory, IOptions<GatewayOptions> options)
{
    /// <summary>Answers up to this size leave in one write, together with their head and trailers.</summary>
    private const int OneWrite = 64 * 1024;

    internal async Task<ForwardResult> ForwardAsync(HttpContext http, ReadOnlyMemory<byte> body, Replica replica)
    {
        var cancel = http.RequestAborted;
        using var answer = new ReplayBuffer(memory, options.Value.ReplayBytes);
        using var request = ForwardedHeaders.Request(http.Request, body, replica);
        try
        {
            using var response = await channel.Invoker.SendAsync(request, cancel);
            var stream = await response.Content.ReadAsStreamAsync(cancel);
            await answer.FillAsync(stream, cancel);
            // Whole, or too large to keep: from here on the caller sees it, and nothing is sent again.
            ForwardedHeaders.CopyHead(response, http.Response);
            await WriteAsync(http, answer, stream, cancel);
            ForwardedHeaders.CopyTrailers(response, http.Response);
            return ForwardResult.Answered;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && IsReplicas(e))
        {
            if (!http.Response.HasStarted)
            {
                return new ForwardResult(NeverConnected(e) ? ForwardOutcome.NotReached : ForwardOutcome.Lost, Reason(e));
            }

            http.Abort();
            return new ForwardResult(ForwardOutcome.CutOff, Reason(e));
        }
    }

    private static async ValueTask WriteAsync(HttpContext http, ReplayBuffer answer, Stream rest, CancellationToken cancel)
    {
        if (answer is { IsWhole: true, Length: <= OneWrite })
        {
            http.Response.BodyWriter.Write(answer.Body.Span);
            return;
        }

        await http.Response.Body.WriteAsync(answer.Body, cancel);
        if (!answer.IsWhole)
        {
            await rest.CopyToAsync(http.Response.Body, cancel);
        }
    }

    // The handler gives up a connection attempt with a cancellation of its own; a broken answer is an IOException.
    private static bool IsReplicas(Exception e) => e is HttpRequestException or IOException or OperationCanceledException;

    private static bool NeverConnected(Exception e) =>
        e is OperationCanceledException or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    private static string Reason(Exception e) => e switch
    {
        OperationCanceledException => "no connection in time",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http => http.HttpRequestError.ToString(),
        _ => (e.InnerException ?? e).Message,
    };
}
