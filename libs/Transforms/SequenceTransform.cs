using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms;

/// <summary>
/// A transform that decides what a row is: several records may make one, or one record several. A pipeline has one at most, and everything in its
/// result comes out of it: steps before it run on records, steps after it on rows.
/// </summary>
internal abstract class SequenceTransform : TransformDefinition
{
    public sealed override TransformStage Stage => TransformStage.Record;

    /// <summary>
    /// Whether a row may be of several records. Records then have to come in order and by one thread, and no step after it can be fitted, because
    /// fitting deals records out to threads.
    /// </summary>
    public abstract bool SpansRecords { get; }

    /// <summary>Names of the inputs by which records ascend and by which series are told apart; empty for none.</summary>
    internal virtual (string Time, string Group) Series(ParameterValues values) => ("", "");

    /// <summary>Makes an empty sequence; each run through the data has its own.</summary>
    internal abstract Func<ISequence> Bind(StepContext step);
}
