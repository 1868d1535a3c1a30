using System.Text.Json.Nodes;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Fitting;

/// <summary>What one input of a step teaches, apart from its other inputs; what <see cref="IFit"/> says of each member holds here.</summary>
internal abstract class ColumnFit
{
    public abstract void Check(WorkingRecord record);

    public abstract void Observe(WorkingRecord record);

    public abstract void Merge(ColumnFit other);

    public abstract void Save(FitWriter state);

    public abstract void Load(FitReader state);

    public abstract JsonObject Complete();
}
