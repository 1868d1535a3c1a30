using System.Text;
using Mesh.Inference.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Mesh.Inference.Onnx;

/// <summary>BYTES in the protocol, strings in the runtime. Elements are copied; there is no shared form.</summary>
internal static class StringTensor
{
    /// <param name="raw">As many elements as <paramref name="shape"/> has; checked before.</param>
    public static OrtValue Create(ReadOnlySpan<byte> raw, long[] shape)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        for (var i = 0; BytesTensor.TryNext(ref raw, out var element); i++)
        {
            value.StringTensorSetElementAt(element, i);
        }

        return value;
    }

    public static TensorMemory Read(OrtValue value)
    {
        var elements = value.GetStringTensorAsArray();
        var memory = TensorMemory.Rent(elements.Sum(element => sizeof(uint) + Encoding.UTF8.GetByteCount(element)));
        var left = memory.Span;
        foreach (var element in elements)
        {
            BytesTensor.Append(ref left, Encoding.UTF8.GetBytes(element));
        }

        return memory;
    }

    /// <summary>How many bytes a tensor of this shape takes at the front of <paramref name="rest"/>.</summary>
    public static int Bytes(ReadOnlySpan<byte> rest, ReadOnlySpan<long> shape)
    {
        TensorShape.TryCount(shape, out var elements);
        var left = rest;
        for (var i = 0L; i < elements; i++)
        {
            BytesTensor.TryNext(ref left, out _);
        }

        return rest.Length - left.Length;
    }
}
