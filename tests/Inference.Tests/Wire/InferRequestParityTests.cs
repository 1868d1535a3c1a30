using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Mesh.Inference.Protocol;
using Mesh.Inference.Protocol.Wire;
using Mesh.OpenInference;

namespace Mesh.Inference.Tests.Wire;

/// <summary>The parser by hand against the generated one: the same message or both refuse.</summary>
public class InferRequestParityTests
{
    private static readonly Gen<string> Text = Gen.OneOf(Gen.Const(""), Gen.Const("INPUT0"), Gen.Const("FP32"), Gen.String[0, 12], Gen.Const("größe"));

    private static readonly Gen<ByteString> Blob = Gen.Byte.Array[0, 300].Select(ByteString.CopyFrom);

    private static readonly Gen<InferParameter> Parameter = Gen.OneOf(
        Gen.Bool.Select(v => new InferParameter { BoolParam = v }), Gen.Long.Select(v => new InferParameter { Int64Param = v }),
        Text.Select(v => new InferParameter { StringParam = v }), Gen.Double.Select(v => new InferParameter { DoubleParam = v }));

    private static readonly Gen<InferTensorContents> Contents = Gen.OneOf(
        Gen.Int.Array[0, 20].Select(v => new InferTensorContents { IntContents = { v } }),
        Gen.Float.Array[0, 20].Select(v => new InferTensorContents { Fp32Contents = { v } }),
        Gen.Bool.Array[0, 20].Select(v => new InferTensorContents { BoolContents = { v } }),
        Blob.Array[0, 3].Select(v => new InferTensorContents { BytesContents = { v } }));

    private static readonly Gen<ModelInferRequest.Types.InferInputTensor> Input =
        Gen.Select(Text, Text, Gen.Long.Array[0, 10], Contents.Null(), Gen.Select(Text, Parameter).Array[0, 2]).Select(
            (name, type, shape, contents, parameters) =>
            {
                var input = new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = type, Shape = { shape }, Contents = contents };
                foreach (var (key, value) in parameters)
                {
                    input.Parameters[key] = value;
                }

                return input;
            });

    private static readonly Gen<ModelInferRequest> Request = Gen.Select(
        Gen.Select(Text, Text, Text), Input.Array[0, 4], Text.Array[0, 3], Blob.Array[0, 4], Gen.Select(Text, Parameter).Array[0, 3]).Select(
        (names, inputs, outputs, raw, parameters) =>
        {
            var request = new ModelInferRequest
            {
                ModelName = names.Item1,
                ModelVersion = names.Item2,
                Id = names.Item3,
                Inputs = { inputs },
                Outputs = { outputs.Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }) },
                RawInputContents = { raw },
            };
            foreach (var (key, value) in parameters)
            {
                request.Parameters[key] = value;
            }

            return request;
        });

    [Fact]
    public void Messages_read_the_same_however_the_payload_is_cut() => Gen.Select(Request, Gen.Int[1, 40]).Sample(
        (message, segment) =>
        {
            var bytes = message.ToByteArray();
            var expected = Comparable(message);
            Assert.Equal(expected, Read(new ReadOnlySequence<byte>(bytes)));
            Assert.Equal(expected, Read(Segments.Cut(bytes, segment)));
        }, iter: 2000);

    [Fact]
    public void Damaged_messages_read_the_same_or_are_refused_by_both() => Gen.Select(Request, Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte, Gen.Int[0, 3]).Array[1, 4]).Sample(
        (message, edits) => AssertParity(Damage(message.ToByteArray(), edits)), iter: 20_000);

    [Fact]
    public void Random_bytes_read_the_same_or_are_refused_by_both() =>
        Gen.Byte.Array[0, 40].Sample(AssertParity, iter: 50_000);

    [Theory]
    [InlineData("0a0541")]                              // A string that ends beyond the message.
    [InlineData("00")]                                  // Field number 0.
    [InlineData("0c")]                                  // The end of a group that never started.
    [InlineData("0e")]                                  // Wire type 6.
    [InlineData("63080164")]                            // An unknown group.
    [InlineData("6308016c")]                            // A group that ends as another.
    [InlineData("0801")]                                // A known field in another wire type.
    [InlineData("0a02c328")]                            // A string that is not UTF-8.
    [InlineData("2a061802180318ffffffffffffffffff01")]  // Shape, not packed; the message is cut.
    [InlineData("2a041a020203")]                        // Shape, packed.
    [InlineData("2a041a028080")]                        // A packed number that ends beyond its field.
    [InlineData("2a0a2a0312010a2a03120114")]            // Contents twice: merged.
    [InlineData("08ffffffffffffffffffff01")]            // A number of 11 bytes.
    [InlineData("22040a016122021203")]                  // A parameter without a value, and a cut one.
    [InlineData("22030a0161")]                          // A parameter without a value.
    [InlineData("22090a0161120208011200")]              // A parameter with two values.
    public void Corner_cases_read_the_same_or_are_refused_by_both(string hex) => AssertParity(Convert.FromHexString(hex));

    [Theory]
    [InlineData("0affffffff0f")]
    [InlineData("2a061affffffff0f")]                    // A packed shape.
    public void A_negative_length_is_refused(string hex)
    {
        var refused = Assert.Throws<ProtoException>(() => InferRequestReader.Read(new ReadOnlySequence<byte>(Convert.FromHexString(hex))));
        Assert.Contains("a negative length", refused.Message);
    }

    [Fact]
    public void Amplifying_messages_are_refused()
    {
        var bytes = Enumerable.Repeat(new byte[] { 0x2A, 0x00 }, InferRequestReader.MostEntries + 1).SelectMany(b => b).ToArray();
        var refused = Assert.Throws<ProtoException>(() => InferRequestReader.Read(new ReadOnlySequence<byte>(bytes)));
        Assert.Equal("The message holds more than 1024 inputs.", refused.Message);

        // A packed shape of ones: a byte each on the wire, eight in memory.
        bytes = [0x2A, 0x84, 0x10, 0x1A, 0x81, 0x10, .. Enumerable.Repeat((byte)1, 2049)];
        refused = Assert.Throws<ProtoException>(() => InferRequestReader.Read(new ReadOnlySequence<byte>(bytes)));
        Assert.Equal("The message holds more than 1024 dimensions.", refused.Message);
    }

    private static void AssertParity(byte[] bytes)
    {
        ModelInferRequest? expected = null;
        try
        {
            // A parser that discards unknown fields lets some malformed ones pass; the ordinary one decides.
            ModelInferRequest.Parser.ParseFrom(bytes);
            expected = ModelInferRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            // Refused by the generated code.
        }

        ModelInferRequest? actual = null;
        try
        {
            actual = Read(new ReadOnlySequence<byte>(bytes));
        }
        catch (ProtoException e) when (e.Message.Contains("a negative length"))
        {
            // Stricter than the generated code, which takes a packed field of negative length for an empty one.
            return;
        }
        catch (ProtoException)
        {
            // Refused by ours.
        }

        if (!Equals(Comparable(expected), actual))
        {
            Assert.Fail($"{Convert.ToHexString(bytes)}\ngenerated: {expected?.ToString() ?? "refused"}\nby hand: {actual?.ToString() ?? "refused"}");
        }
    }

    private static byte[] Damage(byte[] bytes, (int At, byte Value, int Kind)[] edits)
    {
        var damaged = bytes.ToList();
        foreach (var (at, value, kind) in edits)
        {
            if (damaged.Count == 0)
            {
                break;
            }

            var index = at % damaged.Count;
            switch (kind)
            {
                case 0:
                    damaged[index] = value;
                    break;
                case 1:
                    damaged[index] ^= (byte)(1 << (value % 8));
                    break;
                case 2:
                    damaged.RemoveAt(index);
                    break;
                default:
                    damaged.RemoveRange(index, damaged.Count - index);
                    break;
            }
        }

        return [.. damaged];
    }

    private static ModelInferRequest Read(ReadOnlySequence<byte> payload)
    {
        using var read = InferRequestReader.Read(payload);
        var message = new ModelInferRequest { ModelName = read.ModelName, ModelVersion = read.ModelVersion, Id = read.Id };
        foreach (var input in read.Inputs)
        {
            message.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
            {
                Name = input.Name,
                Datatype = input.Datatype,
                Shape = { input.Shape },
                Contents = input.Contents,
            });
        }

        message.Outputs.Add(read.Outputs.Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }));
        message.RawInputContents.Add(read.Raw.Select(memory => ByteString.CopyFrom(memory.Span)));
        if (read.Parameters is not null)
        {
            message.Parameters.Add(read.Parameters);
        }

        // Unknown fields within parameters and contents are nobody's business.
        return ModelInferRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(message.ToByteArray());
    }

    /// <summary>Without what the reader checks and drops: the parameters of inputs and outputs, and unknown fields of parts.</summary>
    private static ModelInferRequest? Comparable(ModelInferRequest? message)
    {
        foreach (var input in message?.Inputs ?? [])
        {
            input.Parameters.Clear();
        }

        foreach (var output in message?.Outputs ?? [])
        {
            output.Parameters.Clear();
        }

        return message;
    }
}
