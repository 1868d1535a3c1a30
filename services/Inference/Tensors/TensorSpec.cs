namespace Mesh.Inference.Tensors;

/// <summary>What a model says of one of its inputs or outputs; -1 in the shape is any size.</summary>
internal sealed class TensorSpec(string name, Datatype datatype, long[] shape)
{
    public string Name => name;

    public Datatype Datatype => datatype;

    public long[] Shape => shape;

    /// <summary>Whether the first dimension is the batch.</summary>
    public bool HasRows { get; } = shape is [-1, ..];

    /// <summary>Bytes of one row when the model has rows, else of the whole tensor; -1 when that varies.</summary>
    public long FixedBytes { get; } = Fixed(datatype, shape is [-1, ..] ? shape.AsSpan(1) : shape);

    /// <summary>Whether a tensor of the <paramref name="given"/> shape fits.</summary>
    public bool Accepts(ReadOnlySpan<long> given)
    {
        if (given.Length != shape.Length)
        {
            return false;
        }

        for (var i = 0; i < given.Length; i++)
        {
            if (given[i] < 0 || (shape[i] != -1 && shape[i] != given[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static long Fixed(Datatype datatype, ReadOnlySpan<long> dimensions) =>
        datatype == Datatype.Bytes || dimensions.Contains(-1) || !TensorShape.TryCount(dimensions, out var elements) ? -1 : elements * datatype.Size();
}
