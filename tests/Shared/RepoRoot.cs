namespace Mesh.Tests.Shared;

/// <summary>The folder that holds Mesh.sln, found by walking up from the test program.</summary>
public static class RepoRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Mesh.sln")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"No Mesh.sln above {AppContext.BaseDirectory}.");
    }
}
