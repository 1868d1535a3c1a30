using System.Reflection;

namespace Mesh.Inference.Protocol;

/// <summary>What the server says of itself, the same over gRPC and HTTP.</summary>
internal static class ServerDescription
{
    public const string Name = "mesh";

    /// <summary>What OIP clients are told runs a model.</summary>
    public const string Platform = "onnxruntime_onnx";

    public static readonly string Version =
        typeof(ServerDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static readonly string[] Extensions = ["binary_tensor_data"];
}
