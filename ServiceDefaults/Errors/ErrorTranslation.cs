using System.Diagnostics;
using Google.Rpc;
using Grpc.Core;
using Mesh.ServiceDefaults.Storage;
using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Errors;

/// <summary>
/// The one place where exceptions become statuses. Domain errors keep their words; the rest is logged and answered with
/// INTERNAL and the trace id, without a path or a stack trace.
/// </summary>
internal sealed partial class ErrorTranslation(ILogger<ErrorTranslation> logger)
{
    private static readonly MeshException Unreachable = MeshError.Unavailable(
        "DEPENDENCY_UNAVAILABLE", "A service that this call needs does not answer.", TimeSpan.FromSeconds(1));

    /// <summary>A request's body breaks off a moment before the call's token says that the caller left; this is the longest moment.</summary>
    private static readonly TimeSpan TokenDelay = TimeSpan.FromSeconds(1);

    /// <param name="call">What was called, for the log.</param>
    /// <param name="cancelled">The call's own token.</param>
    public async Task<RpcException> TranslateAsync(Exception e, string call, CancellationToken cancelled)
    {
        if (e is IOException)
        {
            await Task.Delay(TokenDelay, cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        switch (e)
        {
            case MeshException error:
                return error.ToRpcException();
            case RpcException rpc when IsForCallers(rpc):
                return rpc;
            case var _ when cancelled.IsCancellationRequested:
                // The caller left or the connection broke while the handler ran; nobody reads the answer.
                return new RpcException(new Grpc.Core.Status(StatusCode.Cancelled, "The call was cancelled."));
            case RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled }:
                return Unreachable.ToRpcException();
            case var _ when DatabaseFull.Is(e):
                NoRoom(logger, call);
                return new MeshException(StatusCode.ResourceExhausted, "STORAGE_FULL", "The service's database has no room left.") { HttpStatus = 507 }.ToRpcException();
            default:
                var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("n");
                CallFailed(logger, call, trace, e);
                return new RpcException(new Grpc.Core.Status(StatusCode.Internal, $"Internal error; trace id {trace}."));
        }
    }

    /// <summary>
    /// Whether a status may pass. One that a service of the mesh said has its reason; what gRPC itself says of a call to
    /// another service (no connection, a handler that failed there) names addresses that are none of the caller's business.
    /// </summary>
    private static bool IsForCallers(RpcException rpc) =>
        rpc.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown)
        || rpc.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Domain == StatusMapping.Domain;

    [LoggerMessage(2, LogLevel.Error, "{Call} failed: the database has no room left.")]
    private static partial void NoRoom(ILogger logger, string call);

    [LoggerMessage(1, LogLevel.Error, "{Call} failed; trace id {TraceId}.")]
    private static partial void CallFailed(ILogger logger, string call, string traceId, Exception e);
}
