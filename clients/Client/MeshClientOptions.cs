namespace Mesh.Client;

/// <summary>How to reach a mesh.</summary>
public sealed record MeshClientOptions
{
    /// <summary>The gateway's gRPC address. Default http://127.0.0.1:8001, or <c>MESH_GATEWAY_GRPC</c> where that is set.</summary>
    public Uri Address { get; init; } = new(Environment.GetEnvironmentVariable("MESH_GATEWAY_GRPC") is { Length: > 0 } address ? address : "http://127.0.0.1:8001");

    /// <summary>Deadline of each unary call that sets none itself.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a unary call is sent at most when the mesh answers UNAVAILABLE, the first time included; 2 to 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>How long uploads and watches keep trying while the mesh does not answer at all.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
}
