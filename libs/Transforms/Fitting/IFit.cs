using System.Text.Json.Nodes;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Fitting;

/// <summary>
/// What one step learns from the training records. Observing is streaming; merging is exact and commutative, so that parts of any split in any order
/// end in the same bytes. Its memory does not grow with the number of records, unless what is learned does, and then it has a bound.
/// </summary>
internal interface IFit
{
    /// <summary>Refuses a record that cannot be learned from. Only when no step has refused it, all of them observe it.</summary>
    void Check(WorkingRecord record)
    {
    }

    /// <summary>Learns from a record that was checked; never refuses it.</summary>
    void Observe(WorkingRecord record);

    /// <summary>Adds the other's observations; the other is of the same step. Throws <see cref="TransformException"/> when it becomes too much.</summary>
    void Merge(IFit other);

    /// <summary>Writes its state; equal states give equal bytes.</summary>
    void Save(FitWriter state);

    /// <summary>Into an empty fit, what <see cref="Save"/> wrote. The bytes may be anybody's: every count is bounded, every invariant checked.</summary>
    void Load(FitReader state);

    /// <summary>What was learned. Throws <see cref="TransformException"/> when the data does not allow it.</summary>
    /// <param name="step">With the shapes of the inputs.</param>
    JsonObject Complete(StepContext step);
}
