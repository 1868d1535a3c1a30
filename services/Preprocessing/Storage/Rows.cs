namespace Mesh.Preprocessing.Storage;

public sealed class PipelineRow
{
    public required string Project { get; init; }

    public required string PipelineId { get; init; }

    /// <summary>As created: a serialized Pipeline.</summary>
    public required byte[] Description { get; init; }

    public string Name => $"projects/{Project}/pipelines/{PipelineId}";
}

/// <summary>A pipeline run. Its job has the same name; a run that was answered from an earlier result has none.</summary>
public sealed class PipelineRunRow
{
    public required string Project { get; init; }

    public required string PipelineId { get; init; }

    public required string RunId { get; init; }

    public required string DatasetVersion { get; init; }

    public required string Creator { get; init; }

    public required long CreatedTicks { get; init; }

    /// <summary>Key of the result: set at creation when cached, else when the job completes.</summary>
    public string? ProcessedKey { get; set; }

    public bool Cached { get; init; }

    /// <summary>That the input was cut into.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Those that nothing was read of.</summary>
    public int ReusedPartitions { get; set; }

    public string Name => $"projects/{Project}/pipelines/{PipelineId}/runs/{RunId}";
}

public sealed class ProcessedDatasetRow
{
    public required string Project { get; init; }

    /// <summary>SHA-256 over input, specification and versions; the first 32 digits are the id.</summary>
    public required string Key { get; init; }

    public required string DatasetId { get; init; }

    /// <summary>A serialized ProcessedDataset.</summary>
    public required byte[] Description { get; init; }
}

/// <summary>Someone who needs a processed dataset.</summary>
public sealed class PinRow
{
    public required string Project { get; init; }

    public required string DatasetId { get; init; }

    /// <summary>Resource name.</summary>
    public required string Holder { get; init; }
}

/// <summary>Something about a dataset or a run changed that the world outside the database has to follow; see DatasetCare.</summary>
public sealed class DatasetChangeRow
{
    /// <summary>In the order of creation.</summary>
    public Guid ChangeId { get; init; } = Guid.CreateVersion7();

    public required string Project { get; init; }

    /// <summary>Empty when only a run has changed.</summary>
    public required string DatasetId { get; init; }

    /// <summary>The input that is to be pinned if the dataset exists, and let go if not.</summary>
    public required string DatasetVersion { get; init; }

    /// <summary>The run that is to hold the input too while it is active, and to let it go when not; null when none is.</summary>
    public string? RunName { get; init; }
}
