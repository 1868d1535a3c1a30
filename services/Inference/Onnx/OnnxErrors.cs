using System.Text.RegularExpressions;
using Mesh.ServiceDefaults.Errors;
using Microsoft.ML.OnnxRuntime;

namespace Mesh.Inference.Onnx;

/// <summary>The runtime's messages, without the paths of the machine it was built on.</summary>
internal static partial class OnnxErrors
{
    private const int Longest = 500;

    public static string Describe(OnnxRuntimeException error)
    {
        var text = Place().Replace(error.Message, "").ReplaceLineEndings(" ").Trim();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    /// <summary>What a caller hears about a failed run: data that the model refuses is the caller's, all else is ours.</summary>
    public static Exception OfRun(OnnxRuntimeException error) => error.Message.StartsWith("[ErrorCode:InvalidArgument]", StringComparison.Ordinal)
        ? MeshError.Invalid("inputs", $"The model refuses them: {Describe(error)}")
        : error;

    // "/onnxruntime_src/onnxruntime/core/x.cc:123 void onnxruntime::Function(...) " and any other absolute path.
    [GeneratedRegex(@"(/[\w.+-]+){2,}(:\d+)?( [\w:~<>*&, ]+\(.*?\)( const)?)?")]
    private static partial Regex Place();
}
