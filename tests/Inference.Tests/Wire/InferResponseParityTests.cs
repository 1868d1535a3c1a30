using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Mesh.Inference.Protocol;
using Mesh.Inference.Protocol.Wire;
using Mesh.Inference.Tensors;
using Mesh.OpenInference;

namespace Mesh.Inference.Tests.Wire;

/// <summary>The writer by hand against the generated code, to the byte.</summary>
public class InferResponseParityTests
{
    private static readonly Gen<(string Name, long[] Shape, byte[] Data)> Output =
        Gen.Select(Gen.OneOf(Gen.Const("OUTPUT0"), Gen.String[0, 200]), Gen.OneOf(Gen.Long[0, 300], Gen.Long).Array[0, 6], Gen.Byte.Array[0, 300]);

    [Fact]
    public void The_bytes_are_those_of_the_generated_code() => Gen.Select(Gen.String[0, 20], Gen.String[0, 3], Gen.String[0, 200], Output.Array[0, 4]).Sample(
        (name, version, id, outputs) =>
        {
            var tensors = outputs.Select(o => new OutputTensor(
                new TensorSpec(o.Name, Datatype.Bytes, [-1]), o.Shape, TensorMemory.Of([1, 2, 3, .. o.Data]), 3, o.Data.Length)).ToArray();
            using var response = new InferResponse(name, version, id, tensors);
            var written = new ArrayBufferWriter<byte>();
            InferResponseWriter.Write(response, written);

            var expected = new ModelInferResponse { ModelName = name, ModelVersion = version, Id = id };
            foreach (var (outputName, shape, data) in outputs)
            {
                expected.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor { Name = outputName, Datatype = "BYTES", Shape = { shape } });
                expected.RawOutputContents.Add(ByteString.CopyFrom(data));
            }

            Assert.Equal(expected.ToByteArray(), written.WrittenSpan.ToArray());
            Assert.Equal(written.WrittenCount, InferResponseWriter.Size(response));
        }, iter: 5000);
}
