using Mesh.Registry.V1;

namespace Mesh.Registry.Storage;

public sealed class ModelRow
{
    public required string Project { get; init; }

    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required string Description { get; init; }

    /// <summary>The highest version number ever given; a number is not given twice, also when its version is deleted.</summary>
    public int LastVersion { get; set; }

    public required long CreatedTicks { get; init; }

    public required string Creator { get; init; }
}

/// <summary>An immutable version. Its bundle is in the blob store under <see cref="BundleSha256"/>.</summary>
public sealed class VersionRow
{
    public required string Project { get; init; }

    public required string ModelId { get; init; }

    /// <summary>From 1.</summary>
    public required int Version { get; init; }

    public required string BundleSha256 { get; init; }

    public required long BundleSizeBytes { get; init; }

    /// <summary>Signature, labels, lineage and metrics; the other fields are unset.</summary>
    public required ModelVersion Facts { get; init; }

    /// <summary>Where each file lies in the bundle.</summary>
    public required IReadOnlyList<BundleFile> Files { get; init; }

    public required long CreatedTicks { get; init; }

    public required string Creator { get; init; }
}

/// <summary>A file inside a bundle: a plain range of the archive's bytes.</summary>
public sealed record BundleFile(string Name, long Offset, long SizeBytes, string Sha256);

public sealed class AliasRow
{
    public required string Project { get; init; }

    public required string ModelId { get; init; }

    public required string Alias { get; init; }

    public required int Version { get; set; }
}

/// <summary>What should be served: an alias of a model, or one version of it.</summary>
public sealed class DeploymentRow
{
    public required string Project { get; init; }

    public required string Id { get; init; }

    public required string ModelId { get; set; }

    /// <summary>Null when it names a version.</summary>
    public required string? Alias { get; set; }

    /// <summary>Null when it follows an alias.</summary>
    public required int? Version { get; set; }

    /// <summary>0 is every replica.</summary>
    public required int Replicas { get; set; }

    public required long CreatedTicks { get; init; }

    public required string Creator { get; init; }
}

/// <summary>A serving replica's last report, for the other processes of this service and for its own next start.</summary>
public sealed class ReplicaRow
{
    public required string ReplicaId { get; init; }

    /// <summary>The process of this service that has the replica's stream.</summary>
    public required string Owner { get; set; }

    /// <summary>Changes while the owner hears the replica. Only compared for being different, so clocks need not agree.</summary>
    public required long Beat { get; set; }

    /// <summary>mesh.registry.v1.ReplicaReport</summary>
    public required byte[] Report { get; set; }
}
