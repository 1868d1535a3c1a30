using System.Reflection;

namespace Mesh.AppHost.Tests;

/// <summary>Where the programs are that the tests start.</summary>
internal static class TestPaths
{
    public static string Folder { get; } = Path.Combine(RepoRoot.Path, "tests", "AppHost.Tests");

    public static string Service { get; } = Path.Combine(Folder, "TestService", "TestService.csproj");

    public static string Host { get; } = Output("tests/AppHost.Tests/TestHost", "MeshTestHost.dll");

    public static string AppHost { get; } = Output("AppHost", "Mesh.AppHost.dll");

    private static string Output(string folder, string file)
    {
        var configuration = typeof(TestPaths).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        return Path.Combine(RepoRoot.Path, folder, "bin", configuration, "net10.0", file);
    }
}
