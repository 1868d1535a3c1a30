using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Mesh.Inference.Onnx;

/// <summary>Where models run: "cpu" in every build, "cuda" in builds with the GPU runtime.</summary>
internal static class ExecutionProvider
{
    public const string Cpu = "cpu";

    public const string Cuda = "cuda";

    /// <returns>What is wrong with the choice; null when this build's runtime has it.</returns>
    public static string? Refuse(string name)
    {
        if (name is not (Cpu or Cuda))
        {
            return $"\"{name}\" is not an execution provider; use {Cpu} or {Cuda}.";
        }

        return name == Cpu || OnnxEnvironment.Providers.Contains("CUDAExecutionProvider")
            ? null
            : $"{Cuda} is not in this build's ONNX Runtime (it has {string.Join(", ", OnnxEnvironment.Providers)}); build with -p:MeshAccelerator=cuda.";
    }

    public static void Apply(string name, SessionOptions options)
    {
        if (name == Cuda)
        {
            options.AppendExecutionProvider_CUDA();
        }
    }
}
