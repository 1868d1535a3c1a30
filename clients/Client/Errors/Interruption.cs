using Grpc.Core;

namespace Mesh.Client.Errors;

/// <summary>Tells a mesh that is away for a moment from one that refuses.</summary>
public static class Interruption
{
    /// <summary>
    /// Whether the same call may succeed in a moment: a service restarts, the connection broke, two calls collided. A call
    /// that the caller cancelled looks the same, so ask one's own token too.
    /// </summary>
    public static bool IsInterruption(this RpcException e) => e.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Aborted => true,
        // An exception beneath the status was raised on this side: the stream broke before the mesh had answered.
        // So was this, by grpc-dotnet, when the answer ended in the middle of a message.
        StatusCode.Internal or StatusCode.Unknown => e.Status.DebugException is not null || e.Status.Detail == "Incomplete message.",
        _ => e is MeshApiException { Reason: "OFFSET_MISMATCH" },
    };
}
