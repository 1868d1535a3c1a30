using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Mesh.Client;

/// <summary>Gives each unary call without a deadline the default one.</summary>
internal sealed class DeadlineInterceptor(TimeSpan timeout) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (context.Options.Deadline is null)
        {
            context = new(context.Method, context.Host, context.Options.WithDeadline(DateTime.UtcNow + timeout));
        }

        return continuation(request, context);
    }
}
