using Google.Rpc;
using Grpc.Core;

namespace Mesh.Client.Errors;

/// <summary>A call that failed, with what the mesh said about it.</summary>
public sealed class MeshApiException : RpcException
{
    private MeshApiException(RpcException cause, Google.Rpc.Status? details)
        : base(cause.Status, cause.Trailers, cause.Status.Detail)
    {
        var info = details?.GetDetail<ErrorInfo>();
        Reason = info?.Reason ?? "";
        Metadata = info?.Metadata.ToDictionary() ?? [];
        Violations = details?.GetDetail<BadRequest>()?.FieldViolations.Select(v => new FieldViolation(v.Field, v.Description)).ToList() ?? [];
        RetryAfter = details?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
    }

    /// <summary>Stable, UPPER_SNAKE_CASE: "PROJECT_NOT_EMPTY". Empty when the failure is not the mesh's own (no connection).</summary>
    public string Reason { get; }

    /// <summary>Facts for programs that come with the reason.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What is wrong with which field of the request; all of it at once.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; }

    /// <summary>When the same call may succeed.</summary>
    public TimeSpan? RetryAfter { get; }

    public static MeshApiException From(RpcException e) => e as MeshApiException ?? new(e, e.Trailers.GetRpcStatus(ignoreParseError: true));
}

/// <param name="Field">Proto field path.</param>
public sealed record FieldViolation(string Field, string Description);
