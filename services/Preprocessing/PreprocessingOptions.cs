using System.ComponentModel.DataAnnotations;

namespace Mesh.Preprocessing;

/// <summary>Settings of the Preprocessing service, section "Preprocessing".</summary>
public sealed class PreprocessingOptions
{
    public const string Section = "Preprocessing";

    /// <summary>
    /// How long a pipeline run waits for Ingest to come back when it breaks off in the middle of the records, or for its next
    /// message. The run goes on at the record it stopped at; after this long the attempt fails and another is tried.
    /// </summary>
    [Range(1, 3600)]
    public int IngestPatienceSeconds { get; set; } = 120;
}
