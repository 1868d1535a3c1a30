using System.Buffers;
using System.Numerics;
using System.Text;
using Mesh.Inference.Tensors;

namespace Mesh.Inference.Protocol.Wire;

/// <summary>
/// Writes a ModelInferResponse straight into the transport's buffer: outputs always as raw_output_contents, in the order of
/// the outputs. Tensor bytes are copied once, from the memory the model wrote.
/// </summary>
internal static class InferResponseWriter
{
    /// <summary>Exact length of what <see cref="Write"/> writes, in bytes.</summary>
    public static int Size(InferResponse response)
    {
        long size = FieldSize(response.ModelName) + FieldSize(response.ModelVersion) + FieldSize(response.Id);
        foreach (var output in response.Outputs)
        {
            size += Delimited(OutputSize(output)) + Delimited(output.Length);
        }

        return checked((int)size);
    }

    public static void Write(InferResponse response, IBufferWriter<byte> destination)
    {
        var writer = new Writer(destination);
        writer.String(1, response.ModelName);
        writer.String(2, response.ModelVersion);
        writer.String(3, response.Id);
        foreach (var output in response.Outputs)
        {
            writer.Tag(5, OutputSize(output));
            writer.String(1, output.Spec.Name);
            writer.String(2, output.Spec.Datatype.Name());
            if (output.Shape.Length > 0)
            {
                writer.Tag(3, ShapeSize(output.Shape));
                foreach (var size in output.Shape)
                {
                    writer.Varint((ulong)size);
                }
            }
        }

        foreach (var output in response.Outputs)
        {
            writer.Tag(6, output.Length);
            destination.Write(output.Bytes);
        }
    }

    private static int OutputSize(OutputTensor output)
    {
        var shape = output.Shape.Length == 0 ? 0 : Delimited(ShapeSize(output.Shape));
        return FieldSize(output.Spec.Name) + FieldSize(output.Spec.Datatype.Name()) + (int)shape;
    }

    private static int ShapeSize(long[] shape)
    {
        var bytes = 0;
        foreach (var size in shape)
        {
            bytes += VarintSize((ulong)size);
        }

        return bytes;
    }

    // All fields written here have numbers below 16: a tag of one byte.
    private static long Delimited(int length) => 1 + VarintSize((uint)length) + (long)length;

    private static int FieldSize(string text) => text.Length == 0 ? 0 : (int)Delimited(Encoding.UTF8.GetByteCount(text));

    private static int VarintSize(ulong value) => (70 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private readonly ref struct Writer(IBufferWriter<byte> destination)
    {
        public void Tag(int field, int length)
        {
            var span = destination.GetSpan(1);
            span[0] = (byte)(field << 3 | ProtoReader.Length);
            destination.Advance(1);
            Varint((uint)length);
        }

        public void Varint(ulong value)
        {
            var span = destination.GetSpan(10);
            var written = 0;
            for (; value >= 0x80; value >>= 7)
            {
                span[written++] = (byte)(value | 0x80);
            }

            span[written++] = (byte)value;
            destination.Advance(written);
        }

        /// <summary>An empty string is not written, as in the generated code.</summary>
        public void String(int field, string text)
        {
            if (text.Length > 0)
            {
                Tag(field, Encoding.UTF8.GetByteCount(text));
                Encoding.UTF8.GetBytes(text, destination);
            }
        }
    }
}
