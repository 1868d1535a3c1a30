namespace Mesh.Transforms.Graph;

/// <summary>A column at one point of a pipeline: an output of a step, or (step −1) a column of the data.</summary>
/// <param name="Step">Place of the step in the list it belongs to; −1 for the data.</param>
/// <param name="Index">Which output, or which column of <see cref="PipelineGraph.Sources"/>.</param>
internal readonly record struct Port(int Step, int Index)
{
    public const int Source = -1;

    public bool IsSource => Step == Source;
}
