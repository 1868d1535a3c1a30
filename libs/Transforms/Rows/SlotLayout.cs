using Mesh.Transforms.Records;

namespace Mesh.Transforms.Rows;

/// <summary>The slots of a plan.</summary>
/// <param name="Count">How many.</param>
/// <param name="Tensors">By slot; meaningless for what is no tensor.</param>
/// <param name="ScratchBytes">For tensors that no row holds.</param>
internal sealed record SlotLayout(int Count, TensorPlace[] Tensors, int ScratchBytes);

/// <summary>Where a tensor's elements are: in a column of the row, or (−1) in scratch memory, in bytes.</summary>
internal readonly record struct TensorPlace(int Output, int Offset, int Length);

/// <summary>Which value of a raw record goes to which slot; place −1 for a value the record does not have.</summary>
internal readonly record struct SourceSlot(int Place, int Slot, ColumnKind Kind);
