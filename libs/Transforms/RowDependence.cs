using Mesh.Specs;
using Mesh.Transforms.Graph;

namespace Mesh.Transforms;

/// <summary>What stored rows depend on besides the records they are made of.</summary>
/// <param name="Learned">What errors call the steps that rows are made with as they learned it from the training records.</param>
/// <param name="Sequence">What errors call the step that makes rows of records in order; null when each record is a row.</param>
public sealed record RowDependence(IReadOnlyList<string> Learned, string? Sequence)
{
    /// <summary>That of a spec; null when it is wrong, or of a time when transforms were others.</summary>
    public static RowDependence? Of(PipelineSpec spec)
    {
        if (GraphBuilder.Build(spec, schema: null, TransformCatalog.Standard, out _) is not { } graph)
            return null;
        var needed = graph.Needed(graph.Outputs.Select(output => output.Stored));
        return new(
            [.. graph.Steps.Where((step, i) => needed[i] && step.Observes && step.Definition.Stage == TransformStage.Record).Select(step => step.Name)],
            graph.SequenceStep >= 0 ? graph.Steps[graph.SequenceStep].Name : null);
    }
}
