using Grpc.Core;
using Grpc.Core.Interceptors;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.ServiceDefaults.Callers;

/// <summary>Resolves the caller of each RPC and refuses RPCs that have no permission option.</summary>
internal sealed class CallerInterceptor(PermissionTable permissions) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Resolve(context, RequestProject.Of(request));
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> response, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Resolve(context, RequestProject.Of(request));
        return continuation(request, response, context);
    }

    // The project of a client stream is in its first message; the handler reads it.
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Resolve(context, null);
        return continuation(requests, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Resolve(context, null);
        return continuation(requests, responses, context);
    }

    private void Resolve(ServerCallContext context, string? project)
    {
        var permission = permissions.Find(context.Method) ?? throw MeshError.Denied($"of {context.Method}, which grants none");
        context.UserState[CallerOfContext.Key] = Caller.Local(project, permission);
    }
}
