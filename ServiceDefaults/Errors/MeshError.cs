using Grpc.Core;

namespace Mesh.ServiceDefaults.Errors;

/// <summary>The domain errors: the one table of what maps to which code.</summary>
public static class MeshError
{
    public static MeshException NotFound(string name) => new(StatusCode.NotFound, "NOT_FOUND", $"{name} does not exist.");

    public static MeshException AlreadyExists(string name) => new(StatusCode.AlreadyExists, "ALREADY_EXISTS", $"{name} exists already.");

    public static MeshException Invalid(string field, string description) => Invalid([new FieldViolation(field, description)]);

    /// <summary>Many are told as far as a trailer carries them, with the number of the rest.</summary>
    public static MeshException Invalid(IReadOnlyList<FieldViolation> violations) => Of(StatusCode.InvalidArgument, "INVALID_ARGUMENT", "", violations);

    /// <summary>The request is well-formed but the resource's state does not allow it.</summary>
    public static MeshException Precondition(string reason, string message) => new(StatusCode.FailedPrecondition, reason, message);

    /// <summary>The same, field by field of the resource; many are told as <see cref="Invalid(IReadOnlyList{FieldViolation})"/> does.</summary>
    /// <param name="message">What does not allow it; the violations follow it.</param>
    public static MeshException Precondition(string reason, string message, IReadOnlyList<FieldViolation> violations) =>
        Of(StatusCode.FailedPrecondition, reason, $"{message} ", violations);

    /// <summary>Two calls were in each other's way; the same call may succeed when tried again.</summary>
    public static MeshException Aborted(string reason, string message) => new(StatusCode.Aborted, reason, message);

    public static MeshException Exhausted(string reason, string message) => new(StatusCode.ResourceExhausted, reason, message);

    public static MeshException Unavailable(string reason, string message, TimeSpan retryAfter) =>
        new(StatusCode.Unavailable, reason, message) { RetryAfter = retryAfter };

    /// <summary>Ends a stream whose service stops; another replica, or this one after its start, goes on.</summary>
    public static MeshException Stopping() => Unavailable("STOPPING", "The service is stopping.", TimeSpan.FromSeconds(1));

    /// <summary>Stored bytes are not what was stored.</summary>
    public static MeshException DataLoss(string message) => new(StatusCode.DataLoss, "DATA_LOSS", message);

    public static MeshException Denied(string permission) =>
        new(StatusCode.PermissionDenied, "PERMISSION_DENIED", $"This call needs the permission {permission}.");

    public static MeshException Unauthenticated(string message) => new(StatusCode.Unauthenticated, "UNAUTHENTICATED", message);

    private static MeshException Of(StatusCode code, string reason, string before, IReadOnlyList<FieldViolation> violations)
    {
        var told = ToldViolations.Of(violations);
        var message = before + string.Join(" ", told.Select(v => $"{v.Field}: {v.Description}"));
        return new(code, reason, told.Count < violations.Count ? $"{message} And {violations.Count - told.Count} more." : message, told);
    }
}
