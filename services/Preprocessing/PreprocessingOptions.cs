using System.ComponentModel.DataAnnotations;

namespace Mesh.Preprocessing;

/// <summary>Settings of the Preprocessing service, section "Preprocessing".</summary>
public sealed class PreprocessingOptions
{
    public const string Section = "Preprocessing";

    /// <summary>
    /// How long a pipeline run waits for Ingest to come back when it breaks off in the middle of the records, or for its next
    /// sign of life. The run goes on at the record it stopped at; when no further record came for this long, the attempt fails and
    /// another is tried.
    /// </summary>
    [Range(1, 3600)]
    public int IngestPatienceSeconds { get; set; } = 120;

    /// <summary>How long a dry run may take. A caller waits for it, so the caller's own deadline counts too.</summary>
    [Range(1, 600)]
    public int DryRunSeconds { get; set; } = 60;

    /// <summary>Memory of a dry run, at which it is ended. Large images need some hundred MiB while they are decoded.</summary>
    [Range(128, 1 << 20)]
    public int DryRunMemoryMiB { get; set; } = 1024;

    /// <summary>Dry runs at once, each on about one core beside the jobs; more of them wait.</summary>
    [Range(1, 64)]
    public int ConcurrentDryRuns { get; set; } = 2;

    /// <summary>
    /// How often triggers look, each with a small call to Ingest: how late a new version may be noticed. A step of theirs that
    /// fails is tried again after as long, then after twice as long, up to 32 times as long.
    /// </summary>
    [Range(0.05, 3600)]
    public double TriggerSeconds { get; set; } = 2;
}
