using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Mesh.ServiceDefaults.Clients;

/// <summary>Gives every unary call that has no deadline one of 30 s. Streams set their own, or none when they watch.</summary>
internal sealed class DeadlineInterceptor : Interceptor
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (context.Options.Deadline is null)
        {
            context = new(context.Method, context.Host, context.Options.WithDeadline(DateTime.UtcNow + Default));
        }

        return continuation(request, context);
    }
}
