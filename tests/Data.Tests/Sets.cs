using Mesh.Tests.Shared;

namespace Mesh.Data.Tests;

/// <summary>The names of the sets that have goldens; what takes long to make is only among them in the full run.</summary>
public static class Sets
{
    public static bool Full => Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1";

    public static TheoryData<string> WithGoldens() => [.. Directory.EnumerateFiles(DataSets.GoldenFolder, "*.json")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Where(name => Full || !name.StartsWith("bench-", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    public static TheoryData<string> WithTables() =>
        [.. WithGoldens().Select(row => row.Data).Where(name => DataSets.Golden(name).TryGetProperty("tables", out _))];
}
