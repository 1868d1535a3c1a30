using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Categories;

/// <summary>Category → int64 index of its place.</summary>
internal sealed class Ordinal() : CategoryTransform(65536, "minus-one", "they get −1, which no embedding takes")
{
    public override string Type => "ordinal";

    public override int Version => 1;

    public override string Summary => "Turns categories (text, integers, yes and no) into their indices, for embeddings or for categories that have an order.";

    protected override ColumnType Result(int? width) => ColumnType.Index(width);

    protected override void Write(WorkingRecord record, int slot, int place) => record.Tensor<long>(slot)[0] = place;
}
