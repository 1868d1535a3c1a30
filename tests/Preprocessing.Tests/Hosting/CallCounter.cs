using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Mesh.Preprocessing.Tests.Hosting;

/// <summary>Counts the calls that come in.</summary>
public sealed class CallCounter : Interceptor
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Interlocked.Increment(ref _calls);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Interlocked.Increment(ref _calls);
        return continuation(request, responses, context);
    }
}
