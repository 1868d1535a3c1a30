using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mesh.Inference.Tensors;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Inference.Rest;

/// <summary>Tensor data as JSON: an array of elements in row-major order, nested like the shape or flat.</summary>
internal static class JsonTensor
{
    /// <exception cref="MeshException">INVALID_ARGUMENT: another number of elements, or one that the datatype cannot hold.</exception>
    public static TensorMemory Read(ReadOnlySpan<byte> json, Datatype type, long elements, string field)
    {
        if (type is Datatype.Fp16 or Datatype.Bf16)
        {
            throw MeshError.Invalid(field, $"{type.Name()} has no JSON form; send it as binary data.");
        }

        // An element is a character at least: a shape cannot ask for more memory than the body justifies.
        if (elements > json.Length)
        {
            throw WrongCount(field, elements);
        }

        var memory = type == Datatype.Bytes ? null : TensorMemory.Rent(checked((int)elements * type.Size()));
        try
        {
            return memory is null ? ReadStrings(json, elements, field) : ReadNumbers(json, type, elements, memory, field);
        }
        catch
        {
            memory?.Release();
            throw;
        }
    }

    /// <summary>Writes the elements as one flat array.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT: JSON cannot hold an element (NaN, infinity).</exception>
    public static void Write(Utf8JsonWriter json, OutputTensor tensor)
    {
        json.WriteStartArray("data");
        var bytes = tensor.Bytes;
        switch (tensor.Spec.Datatype)
        {
            case Datatype.Bool:
                foreach (var value in bytes)
                {
                    json.WriteBooleanValue(value != 0);
                }

                break;
            case Datatype.Bytes:
                while (BytesTensor.TryNext(ref bytes, out var element))
                {
                    json.WriteStringValue(element);
                }

                break;
            case Datatype.Fp32:
                foreach (var value in MemoryMarshal.Cast<byte, float>(bytes))
                {
                    json.WriteNumberValue(float.IsFinite(value) ? value : throw NotFinite(tensor));
                }

                break;
            case Datatype.Fp64:
                foreach (var value in MemoryMarshal.Cast<byte, double>(bytes))
                {
                    json.WriteNumberValue(double.IsFinite(value) ? value : throw NotFinite(tensor));
                }

                break;
            case Datatype.Uint64:
                foreach (var value in MemoryMarshal.Cast<byte, ulong>(bytes))
                {
                    json.WriteNumberValue(value);
                }

                break;
            case Datatype.Fp16 or Datatype.Bf16:
                throw MeshError.Invalid("outputs", $"output '{tensor.Spec.Name}' is {tensor.Spec.Datatype.Name()}, which has no JSON form; ask for binary_data.");
            default:
                for (var at = 0; at < bytes.Length; at += tensor.Spec.Datatype.Size())
                {
                    json.WriteNumberValue(Integer(bytes[at..], tensor.Spec.Datatype));
                }

                break;
        }

        json.WriteEndArray();
    }

    private static long Integer(ReadOnlySpan<byte> bytes, Datatype type) => type switch
    {
        Datatype.Int8 => (sbyte)bytes[0],
        Datatype.Int16 => MemoryMarshal.Read<short>(bytes),
        Datatype.Int32 => MemoryMarshal.Read<int>(bytes),
        Datatype.Int64 => MemoryMarshal.Read<long>(bytes),
        Datatype.Uint8 => bytes[0],
        Datatype.Uint16 => MemoryMarshal.Read<ushort>(bytes),
        _ => MemoryMarshal.Read<uint>(bytes),
    };

    private static TensorMemory ReadNumbers(ReadOnlySpan<byte> json, Datatype type, long elements, TensorMemory memory, string field)
    {
        var reader = new Utf8JsonReader(json);
        var left = memory.Span;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            {
                continue;
            }

            if (left.IsEmpty)
            {
                throw WrongCount(field, elements);
            }

            if (!TryStore(ref reader, type, left))
            {
                throw MeshError.Invalid(field, $"has an element that is no {type.Name()}.");
            }

            left = left[type.Size()..];
        }

        return left.IsEmpty ? memory : throw WrongCount(field, elements);
    }

    private static bool TryStore(ref Utf8JsonReader reader, Datatype type, Span<byte> to)
    {
        if (type == Datatype.Bool)
        {
            to[0] = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
            return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
        }

        return reader.TokenType == JsonTokenType.Number && type switch
        {
            Datatype.Int8 => Store(reader.TryGetSByte(out var value), value, to),
            Datatype.Int16 => Store(reader.TryGetInt16(out var value), value, to),
            Datatype.Int32 => Store(reader.TryGetInt32(out var value), value, to),
            Datatype.Int64 => Store(reader.TryGetInt64(out var value), value, to),
            Datatype.Uint8 => Store(reader.TryGetByte(out var value), value, to),
            Datatype.Uint16 => Store(reader.TryGetUInt16(out var value), value, to),
            Datatype.Uint32 => Store(reader.TryGetUInt32(out var value), value, to),
            Datatype.Uint64 => Store(reader.TryGetUInt64(out var value), value, to),
            Datatype.Fp32 => Store(reader.TryGetSingle(out var value) && float.IsFinite(value), value, to),
            _ => Store(reader.TryGetDouble(out var value) && double.IsFinite(value), value, to),
        };
    }

    private static bool Store<T>(bool read, T value, Span<byte> to)
        where T : unmanaged
    {
        Unsafe.WriteUnaligned(ref to[0], value);
        return read;
    }

    private static TensorMemory ReadStrings(ReadOnlySpan<byte> json, long elements, string field)
    {
        // Unescaped text is never longer than its JSON.
        var scratch = TensorMemory.Rent(checked(json.Length + (int)elements * sizeof(uint)));
        try
        {
            var reader = new Utf8JsonReader(json);
            var left = scratch.Span;
            for (var count = 0L; ; count++)
            {
                while (reader.Read() && reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                {
                }

                if (reader.TokenType is JsonTokenType.EndArray)
                {
                    return count == elements ? TensorMemory.Of(scratch.Span[..^left.Length]) : throw WrongCount(field, elements);
                }

                if (reader.TokenType != JsonTokenType.String)
                {
                    throw MeshError.Invalid(field, "has an element that is no string.");
                }

                if (count == elements)
                {
                    throw WrongCount(field, elements);
                }

                var length = reader.CopyString(left[sizeof(int)..]);
                MemoryMarshal.Write(left, length);
                left = left[(sizeof(int) + length)..];
            }
        }
        finally
        {
            scratch.Release();
        }
    }

    private static MeshException WrongCount(string field, long elements) => MeshError.Invalid(field, $"does not have the {elements} elements of its shape.");

    private static MeshException NotFinite(OutputTensor tensor) => MeshError.Invalid(
        "outputs", $"output '{tensor.Spec.Name}' holds a number that is not finite, which JSON cannot hold; ask for binary_data.");
}
