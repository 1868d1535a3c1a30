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
        using var silence = new Silence(TimeSpan.FromSeconds(options.Value.ActivityTimeoutSeconds), cancel);
        using var request = ForwardedHeaders.Request(http.Request, body, replica);
        try
        {
            using var response = await channel.Invoker.SendAsync(request, silence.Token);
            silence.Restart();
            var stream = await response.Content.ReadAsStreamAsync(silence.Token);
            await answer.FillAsync(stream, silence);
            // Whole, or too large to keep: from here on the caller sees it, and nothing is sent again.
            ForwardedHeaders.CopyHead(response, http.Response);
            await WriteAsync(http, answer, stream, silence);
            ForwardedHeaders.CopyTrailers(response, http.Response);
            return ForwardResult.Answered;
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && IsReplicas(e))
        {
            var reason = silence.Token.IsCancellationRequested ? "it fell silent" : Reason(e);
            if (!http.Response.HasStarted)
            {
                var reached = silence.Token.IsCancellationRequested || !NeverConnected(e);
                return new ForwardResult(reached ? ForwardOutcome.Lost : ForwardOutcome.NotReached, reason);
            }

            http.Abort();
            return new ForwardResult(ForwardOutcome.CutOff, reason);
        }
    }

    private static async ValueTask WriteAsync(HttpContext http, ReplayBuffer answer, Stream rest, Silence silence)
    {
        if (answer is { IsWhole: true, Length: <= OneWrite })
        {
            http.Response.BodyWriter.Write(answer.Body.Span);
            return;
        }

        silence.Pause();
        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
        if (answer.IsWhole)
        {
            return;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(OneWrite);
        try
        {
            silence.Restart();
            while (await rest.ReadAsync(bytes, silence.Token) is var read and > 0)
            {
                silence.Pause();
                await http.Response.Body.WriteAsync(bytes.AsMemory(0, read), http.RequestAborted);
                silence.Restart();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
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
