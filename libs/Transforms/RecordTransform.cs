using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms;

/// <summary>A transform from values of one record to values, before rows are stored.</summary>
internal abstract class RecordTransform : TransformDefinition
{
    public sealed override TransformStage Stage => TransformStage.Record;

    /// <summary>The step on one record: reads the slots of its inputs, sets those of its outputs. Called when everything it needs is fitted.</summary>
    internal abstract Action<WorkingRecord> Bind(StepContext step);
}
