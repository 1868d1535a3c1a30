using Microsoft.ML.OnnxRuntime;

namespace Mesh.Inference.Onnx;

/// <summary>The runtime's process-wide part: one arena that all sessions share, so that idle models hold no scratch memory of their own.</summary>
internal static class OnnxEnvironment
{
    private static readonly Lazy<OrtEnv> Shared = new(Create);

    public static IReadOnlyList<string> Providers => Shared.Value.GetAvailableProviders();

    /// <summary>Pinned managed memory, as the runtime sees it.</summary>
    public static OrtMemoryInfo CpuMemory => OrtMemoryInfo.DefaultInstance;

    /// <summary>Call before the first session.</summary>
    public static void Require() => _ = Shared.Value;

    private static OrtEnv Create()
    {
        // Fatal only: what a load or a run throws is logged or answered by the service, once.
        var creation = new EnvironmentCreationOptions { logId = "mesh", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        var environment = OrtEnv.CreateInstanceWithOptions(ref creation);
        // Grow by what is asked for (strategy 1), not by doubling: what a burst took is not held for ever.
        using var arena = new OrtArenaCfg(0, 1, -1, -1);
        using var memory = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        environment.CreateAndRegisterAllocator(memory, arena);
        return environment;
    }
}
