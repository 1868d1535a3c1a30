using Grpc.Core;

namespace Mesh.Client.Tests.Support;

/// <summary>The ways in which a server lets its caller down for a moment.</summary>
internal enum Break
{
    /// <summary>The whole connection dies.</summary>
    Connection,

    /// <summary>An answer that says so.</summary>
    Unavailable,

    /// <summary>The call ends well, but before everything was done.</summary>
    EndsEarly,
}

internal static class Breaks
{
    /// <summary>Does not return unless it is <see cref="Break.EndsEarly"/>.</summary>
    public static void Happen(this Break kind, ServerCallContext context)
    {
        switch (kind)
        {
            case Break.Connection:
                context.GetHttpContext().Abort();
                throw new IOException("The connection was cut.");
            case Break.Unavailable:
                throw new RpcException(new Status(StatusCode.Unavailable, "Restarting."));
        }
    }
}
