using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Categories;

/// <summary>Category → float32 vector with a 1 in its place.</summary>
internal sealed class OneHot() : CategoryTransform(256, "zeros", "they get a vector of zeros")
{
    public override string Type => "one-hot";

    public override int Version => 1;

    public override string Summary => "Turns categories (text, integers, yes and no) into float32 vectors that have a 1 in the category's place and are 0 elsewhere.";

    protected override ColumnType Result(int? width) => ColumnType.Tensor(ElementType.Float32, width is { } known ? [known] : null);

    protected override void Write(WorkingRecord record, int slot, int place)
    {
        var vector = record.Tensor<float>(slot);
        vector.Clear();
        if (place >= 0)
            vector[place] = 1;
    }
}
