using Grpc.Core;

namespace Mesh.ServiceDefaults.Errors;

/// <summary>A field of a request and what is wrong with it.</summary>
/// <param name="Field">Proto field path: "pipeline.transforms[2].parameters.width".</param>
public sealed record FieldViolation(string Field, string Description);

/// <summary>
/// A domain error: the caller sees its code, its reason and its message. Anything else that is thrown becomes a bare
/// INTERNAL with a trace id. Make one with <see cref="MeshError"/>.
/// </summary>
public sealed class MeshException(StatusCode code, string reason, string message, params IReadOnlyList<FieldViolation> violations)
    : Exception(message)
{
    public StatusCode Code => code;

    /// <summary>UPPER_SNAKE_CASE, stable: clients switch on it.</summary>
    public string Reason => reason;

    public IReadOnlyList<FieldViolation> Violations => violations;

    /// <summary>Extra facts for programs, sent as the metadata of ErrorInfo.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The status over plain HTTP where HTTP has a better one than that of <see cref="Code"/>: 416, 507.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>When set, the caller may try again after this time.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
