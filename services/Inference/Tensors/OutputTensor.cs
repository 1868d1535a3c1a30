namespace Mesh.Inference.Tensors;

/// <summary>
/// One output of one request: a range of memory that the requests of a batch may share. The holder releases it once.
/// </summary>
internal readonly record struct OutputTensor(TensorSpec Spec, long[] Shape, TensorMemory Memory, int Offset, int Length)
{
    /// <summary>Row-major, little-endian.</summary>
    public ReadOnlySpan<byte> Bytes => Memory.Span.Slice(Offset, Length);

    public void Release() => Memory.Release();
}
