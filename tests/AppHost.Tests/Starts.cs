namespace Mesh.AppHost.Tests;

/// <summary>What the test services left in their state folder.</summary>
internal static class Starts
{
    /// <summary>The ids of the processes that were started for a resource, in order.</summary>
    public static int[] Of(TemporaryFolder state, string resource) =>
        Directory.Exists(state.File($"starts-{resource}"))
            ? [.. new DirectoryInfo(state.File($"starts-{resource}")).GetFiles().Select(file => file.Name.Split('-'))
                .OrderBy(parts => long.Parse(parts[0])).Select(parts => int.Parse(parts[1]))]
            : [];

    /// <summary>How often a resource was asked for its health.</summary>
    public static long Probes(TemporaryFolder state, string resource) =>
        new FileInfo(state.File($"probes-{resource}")) is { Exists: true } file ? file.Length : 0;
}
