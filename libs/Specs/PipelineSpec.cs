namespace Mesh.Specs;

/// <summary>
/// A pipeline as its author wrote it, not yet checked: steps that read and write named columns.
/// <para>
/// Which column a step reads: what the latest earlier step wrote under that name; else the column of the data; else, if the data has none of that
/// name, what the only later step writes. So a list in the order in which things happen means what it says, and a step may also stand before the one
/// that makes what it needs. While nobody has said what the data is, a column that a later step makes anew is taken not to be of the data.
/// </para>
/// </summary>
/// <param name="transforms">The steps.</param>
/// <param name="outputs">
/// Columns of the result, in order; none for every column whose last form no step reads, in the order in which they are first written. The image that
/// boxes are measured on counts as not read.
/// </param>
public sealed class PipelineSpec(IReadOnlyList<TransformSpec> transforms, IReadOnlyList<string>? outputs = null)
{
    /// <summary>Most transforms a pipeline may have.</summary>
    public const int MaximumTransforms = 256;

    /// <summary>Most columns a step may read, and most a pipeline may have in its result.</summary>
    public const int MaximumColumns = 1024;

    /// <summary>Longest name of a column or step, in characters.</summary>
    public const int MaximumName = 256;

    /// <summary>The steps as listed.</summary>
    public IReadOnlyList<TransformSpec> Transforms { get; } = transforms;

    /// <summary>Columns of the result; empty for the default.</summary>
    public IReadOnlyList<string> Outputs { get; } = outputs ?? [];
}
