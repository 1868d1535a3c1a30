namespace Mesh.ServiceDefaults.Storage;

/// <summary>A mutating call that was carried out; written in the transaction of its result.</summary>
public sealed class RequestRow
{
    /// <summary>Project id; empty for calls about the mesh itself.</summary>
    public required string Project { get; init; }

    public required string RequestId { get; init; }

    /// <summary>SHA-256 over the request's type and content, hex: the same id with another request is an error.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Name of the resource that the first call created.</summary>
    public required string ResourceName { get; init; }

    public required long CreatedTicks { get; init; }
}
