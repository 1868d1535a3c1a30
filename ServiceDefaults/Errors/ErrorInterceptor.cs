using System.Diagnostics;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Mesh.ServiceDefaults.Errors;

/// <summary>
/// The one place where exceptions become statuses. Domain errors keep their words; the rest is logged and answered with
/// INTERNAL and the trace id, without a path or a stack trace.
/// </summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    private static readonly MeshException Unreachable = MeshError.Unavailable(
        "DEPENDENCY_UNAVAILABLE", "A service that this call needs does not answer.", TimeSpan.FromSeconds(1));

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> response, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, response, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requests, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requests, responses, context);
        }
        catch (Exception e)
        {
            throw Translate(e, context);
        }
    }

    private RpcException Translate(Exception e, ServerCallContext context)
    {
        switch (e)
        {
            case MeshException error:
                return error.ToRpcException();
            case RpcException rpc when IsForCallers(rpc):
                return rpc;
            case var _ when context.CancellationToken.IsCancellationRequested:
                // The caller left or the connection broke while the handler ran; nobody reads the answer.
                return new RpcException(new Grpc.Core.Status(StatusCode.Cancelled, "The call was cancelled."));
            case RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled }:
                return Unreachable.ToRpcException();
            default:
                var trace = Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("n");
                CallFailed(logger, context.Method, trace, e);
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

    [LoggerMessage(1, LogLevel.Error, "{Method} failed; trace id {TraceId}.")]
    private static partial void CallFailed(ILogger logger, string method, string traceId, Exception e);
}
