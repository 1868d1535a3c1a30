using Mesh.Tests.Shared;

namespace Mesh.Scenarios.Harness;

/// <summary>What the build made, in the configuration of this test.</summary>
internal static class Built
{
    private static readonly string Configuration =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string AppHost => Output("AppHost", "Mesh.AppHost.dll");

    public static string Cli => Output("clients/Cli", "mesh.dll");

    /// <summary>tests/run --full: every kill, all data.</summary>
    public static bool Full => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    private static string Output(string project, string file) => Path.Combine(RepoRoot.Path, project, "bin", Configuration, "net10.0", file);
}
