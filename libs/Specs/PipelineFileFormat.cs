namespace Mesh.Specs;

/// <summary>How a pipeline is written down.</summary>
public enum PipelineFileFormat
{
    /// <summary>JSON, without comments.</summary>
    Json,

    /// <summary>YAML 1.2 with the core schema (a bare <c>no</c> is text), without anchors, aliases and tags.</summary>
    Yaml,
}
