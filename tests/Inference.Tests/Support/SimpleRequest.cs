using System.Runtime.InteropServices;
using Google.Protobuf;
using Mesh.OpenInference;

namespace Mesh.Inference.Tests.Support;

/// <summary>Requests for the model "simple".</summary>
internal static class SimpleRequest
{
    public static int[] Counting(int start, int rows = 1) => [.. Enumerable.Range(start, 16 * rows)];

    public static ByteString Bytes<T>(params T[] values)
        where T : unmanaged => ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values));

    public static T[] Values<T>(ByteString bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes.Span).ToArray();

    public static ModelInferRequest Raw(int[] first, int[] second, string model = "simple")
    {
        var request = Shapes(first.Length / 16, model);
        request.RawInputContents.Add([Bytes(first), Bytes(second)]);
        return request;
    }

    public static ModelInferRequest Typed(int[] first, int[] second)
    {
        var request = Shapes(first.Length / 16, "simple");
        request.Inputs[0].Contents = new InferTensorContents { IntContents = { first } };
        request.Inputs[1].Contents = new InferTensorContents { IntContents = { second } };
        return request;
    }

    private static ModelInferRequest Shapes(int rows, string model) => new()
    {
        ModelName = model,
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor { Name = "INPUT0", Datatype = "INT32", Shape = { rows, 16 } },
            new ModelInferRequest.Types.InferInputTensor { Name = "INPUT1", Datatype = "INT32", Shape = { rows, 16 } },
        },
    };
}
