using System.Collections;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Protocol;

/// <summary>Typed tensor contents into the raw form: little-endian, row-major, narrowed to the datatype.</summary>
internal static class TypedContents
{
    /// <param name="field">The input's path in the request, for errors.</param>
    /// <param name="elements">How many the shape has.</param>
    /// <exception cref="MeshException">INVALID_ARGUMENT: elements are missing, too many, in the wrong list or out of range.</exception>
    public static TensorMemory ToRaw(InferTensorContents contents, Datatype type, long elements, string field)
    {
        var (name, list) = Find(contents, type, field);
        if (list.Count != elements)
        {
            throw MeshError.Invalid($"{field}.contents.{name}", $"has {list.Count} elements; the shape has {elements}.");
        }

        foreach (var (other, count) in Counts(contents))
        {
            if (count > 0 && other != name)
            {
                throw MeshError.Invalid($"{field}.contents.{other}", $"does not belong to datatype {type.Name()}, whose elements are in {name}.");
            }
        }

        return type switch
        {
            Datatype.Bool => Narrow<bool, byte>(contents.BoolContents, static v => v ? (byte)1 : (byte)0, field, name),
            Datatype.Int8 => Narrow<int, sbyte>(contents.IntContents, static v => checked((sbyte)v), field, name),
            Datatype.Int16 => Narrow<int, short>(contents.IntContents, static v => checked((short)v), field, name),
            Datatype.Int32 => Narrow<int, int>(contents.IntContents, static v => v, field, name),
            Datatype.Int64 => Narrow<long, long>(contents.Int64Contents, static v => v, field, name),
            Datatype.Uint8 => Narrow<uint, byte>(contents.UintContents, static v => checked((byte)v), field, name),
            Datatype.Uint16 => Narrow<uint, ushort>(contents.UintContents, static v => checked((ushort)v), field, name),
            Datatype.Uint32 => Narrow<uint, uint>(contents.UintContents, static v => v, field, name),
            Datatype.Uint64 => Narrow<ulong, ulong>(contents.Uint64Contents, static v => v, field, name),
            Datatype.Fp32 => Narrow<float, float>(contents.Fp32Contents, static v => v, field, name),
            Datatype.Fp64 => Narrow<double, double>(contents.Fp64Contents, static v => v, field, name),
            _ => Bytes(contents),
        };
    }

    private static (string Name, ICollection List) Find(InferTensorContents contents, Datatype type, string field) => type switch
    {
        Datatype.Bool => ("bool_contents", contents.BoolContents),
        Datatype.Int8 or Datatype.Int16 or Datatype.Int32 => ("int_contents", contents.IntContents),
        Datatype.Int64 => ("int64_contents", contents.Int64Contents),
        Datatype.Uint8 or Datatype.Uint16 or Datatype.Uint32 => ("uint_contents", contents.UintContents),
        Datatype.Uint64 => ("uint64_contents", contents.Uint64Contents),
        Datatype.Fp32 => ("fp32_contents", contents.Fp32Contents),
        Datatype.Fp64 => ("fp64_contents", contents.Fp64Contents),
        Datatype.Bytes => ("bytes_contents", contents.BytesContents),
        _ => throw MeshError.Invalid($"{field}.contents", $"{type.Name()} has no typed contents; send it in raw_input_contents."),
    };

    private static IEnumerable<(string Name, int Count)> Counts(InferTensorContents contents) =>
    [
        ("bool_contents", contents.BoolContents.Count), ("int_contents", contents.IntContents.Count),
        ("int64_contents", contents.Int64Contents.Count), ("uint_contents", contents.UintContents.Count),
        ("uint64_contents", contents.Uint64Contents.Count), ("fp32_contents", contents.Fp32Contents.Count),
        ("fp64_contents", contents.Fp64Contents.Count), ("bytes_contents", contents.BytesContents.Count),
    ];

    private static TensorMemory Narrow<TWire, T>(RepeatedField<TWire> values, Func<TWire, T> convert, string field, string name)
        where T : unmanaged
    {
        var memory = TensorMemory.Rent(checked(values.Count * Marshal.SizeOf<T>()));
        var destination = MemoryMarshal.Cast<byte, T>(memory.Span);
        try
        {
            for (var i = 0; i < values.Count; i++)
            {
                destination[i] = convert(values[i]);
            }

            return memory;
        }
        catch (OverflowException)
        {
            memory.Release();
            throw MeshError.Invalid($"{field}.contents.{name}", "has an element that the datatype cannot hold.");
        }
    }

    private static TensorMemory Bytes(InferTensorContents contents)
    {
        var memory = TensorMemory.Rent(checked(contents.BytesContents.Sum(element => sizeof(uint) + element.Length)));
        var left = memory.Span;
        foreach (var element in contents.BytesContents)
        {
            BytesTensor.Append(ref left, element.Span);
        }

        return memory;
    }
}
