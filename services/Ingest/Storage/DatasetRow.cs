namespace Mesh.Ingest.Storage;

public sealed class DatasetRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    public required string DisplayName { get; init; }

    public required string Description { get; init; }

    /// <summary>Highest version number given so far; numbers are not used twice, even after a delete of the version or of the dataset.</summary>
    public int LastVersion { get; init; }

    public required long CreatedTicks { get; init; }

    public required string Creator { get; init; }
}
