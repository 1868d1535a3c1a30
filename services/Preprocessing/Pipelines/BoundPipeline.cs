using Mesh.Ingest.V1;
using Mesh.Preprocessing.Splitting;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Pipelines;

/// <summary>A pipeline for the data of one version: its transforms and its split.</summary>
internal sealed record BoundPipeline(Pipeline Pipeline, SplitRule Rule)
{
    /// <summary>Throws <see cref="Specs.PipelineSpecException"/> when it does not fit.</summary>
    public static BoundPipeline Of(V1.Pipeline pipeline, DatasetVersion version)
    {
        var bound = Pipeline.Create(PipelineSpecs.ToSpec(pipeline), DataSchema.Of(version));
        return new(bound, new SplitRule(pipeline.Split, version, bound.Features));
    }
}
