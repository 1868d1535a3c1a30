using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;

namespace Mesh.Inference.Protocol.Wire;

/// <summary>
/// Reads a ModelInferRequest from its payload: framing by hand, so that each raw tensor is copied once, from the transport's
/// buffers into the pinned memory the model reads. Generated code would copy it into a ByteString first. Typed contents and
/// parameters, which are small or rare, go to the generated code.
/// </summary>
internal static class InferRequestReader
{
    /// <summary>Of inputs, outputs and parameters each: an empty one is two bytes on the wire and much more in memory.</summary>
    public const int MostEntries = 1024;

    /// <exception cref="ProtoException">The payload is no ModelInferRequest.</exception>
    public static InferRequest Read(ReadOnlySequence<byte> payload)
    {
        var request = new InferRequest();
        try
        {
            Read(payload, request);
            return request;
        }
        catch (Exception e)
        {
            request.Dispose();
            throw e is InvalidProtocolBufferException ? new ProtoException("a field that is malformed") : e;
        }
    }

    private static void Read(ReadOnlySequence<byte> payload, InferRequest request)
    {
        var reader = new ProtoReader(payload);
        while (reader.ReadTag())
        {
            switch (reader.Field, reader.WireType)
            {
                case (1, ProtoReader.Length):
                    request.ModelName = reader.ReadName();
                    break;
                case (2, ProtoReader.Length):
                    request.ModelVersion = reader.ReadName();
                    break;
                case (3, ProtoReader.Length):
                    request.Id = reader.ReadString();
                    break;
                case (4, ProtoReader.Length):
                    ReadParameter(reader.ReadBytes(), request.Parameters ??= []);
                    Limit(request.Parameters.Count, "parameters");
                    break;
                case (5, ProtoReader.Length):
                    request.Inputs.Add(ReadInput(reader.ReadBytes()));
                    Limit(request.Inputs.Count, "inputs");
                    break;
                case (6, ProtoReader.Length):
                    request.Outputs.Add(ReadOutput(reader.ReadBytes()));
                    Limit(request.Outputs.Count, "outputs");
                    break;
                case (7, ProtoReader.Length):
                    request.Raw.Add(Copy(reader.ReadBytes()));
                    Limit(request.Raw.Count, "raw_input_contents");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private static InferInput ReadInput(ReadOnlySequence<byte> message)
    {
        var input = new InferInput();
        var shape = new ShapeBuilder();
        MapField<string, InferParameter>? parameters = null;
        var reader = new ProtoReader(message);
        while (reader.ReadTag())
        {
            switch (reader.Field, reader.WireType)
            {
                case (1, ProtoReader.Length):
                    input.Name = reader.ReadName();
                    break;
                case (2, ProtoReader.Length):
                    input.Datatype = reader.ReadName();
                    break;
                case (3, ProtoReader.Length):
                    for (var packed = new ProtoReader(reader.ReadBytes()); !packed.AtEnd;)
                    {
                        shape.Add((long)packed.ReadVarint());
                    }

                    break;
                case (3, ProtoReader.Varint):
                    shape.Add((long)reader.ReadVarint());
                    break;
                case (4, ProtoReader.Length):
                    ReadParameter(reader.ReadBytes(), parameters ??= []);
                    Limit(parameters.Count, "parameters");
                    break;
                case (5, ProtoReader.Length):
                    // Merged when it comes twice, as the format says.
                    Merge(input.Contents ??= new InferTensorContents(), reader.ReadBytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        input.Shape = shape.ToArray();
        return input;
    }

    private static string ReadOutput(ReadOnlySequence<byte> message)
    {
        var name = "";
        MapField<string, InferParameter>? parameters = null;
        var reader = new ProtoReader(message);
        while (reader.ReadTag())
        {
            switch (reader.Field, reader.WireType)
            {
                case (1, ProtoReader.Length):
                    name = reader.ReadName();
                    break;
                case (2, ProtoReader.Length):
                    ReadParameter(reader.ReadBytes(), parameters ??= []);
                    Limit(parameters.Count, "parameters");
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return name;
    }

    /// <summary>An entry of a map is a message of its key (1) and its value (2).</summary>
    private static void ReadParameter(ReadOnlySequence<byte> entry, MapField<string, InferParameter> parameters)
    {
        var key = "";
        var value = new InferParameter();
        var reader = new ProtoReader(entry);
        while (reader.ReadTag())
        {
            switch (reader.Field, reader.WireType)
            {
                case (1, ProtoReader.Length):
                    key = reader.ReadName();
                    break;
                case (2, ProtoReader.Length):
                    // In an entry that has several the last one counts, as in the generated code.
                    Merge(value = new InferParameter(), reader.ReadBytes());
                    break;
                case (_, 6 or 7):
                    // Wire types that do not exist. The generated code passes over their tags here (and only here).
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        parameters[key] = value;
    }

    private static void Merge(IMessage message, ReadOnlySequence<byte> bytes)
    {
        // The generated code merges from arrays; typed contents are copied once more here.
        message.MergeFrom(bytes.ToArray());
    }

    private static TensorMemory Copy(ReadOnlySequence<byte> bytes)
    {
        var memory = TensorMemory.Rent((int)bytes.Length);
        bytes.CopyTo(memory.Span);
        return memory;
    }

    private static void Limit(int count, string what)
    {
        if (count > MostEntries)
        {
            throw new ProtoException($"more than {MostEntries} {what}");
        }
    }

    /// <summary>Collects dimensions; usual ranks need one array, of the right size.</summary>
    private ref struct ShapeBuilder
    {
        private InlineDimensions first;
        private List<long>? rest;
        private int count;

        public void Add(long size)
        {
            if (count < 8)
            {
                first[count] = size;
            }
            else
            {
                (rest ??= []).Add(size);
            }

            Limit(++count, "dimensions");
        }

        public readonly long[] ToArray() => [.. ((ReadOnlySpan<long>)first)[..Math.Min(count, 8)], .. rest ?? []];
    }

    [System.Runtime.CompilerServices.InlineArray(8)]
    private struct InlineDimensions
    {
        private long size;
    }
}
