using System.Collections.Concurrent;
using System.Text.Json;

namespace Mesh.Tests.Shared;

/// <summary>
/// Real data as raw files, which tests/datasets makes from packages at the first use, and what is expected of it.
/// <c>tests/datasets --list</c> has the names; the sets that begin with <c>bench-</c> take a minute or more to make.
/// </summary>
public static class DataSets
{
    private static readonly DataSetMaker Maker = new(Folder);

    private static readonly ConcurrentDictionary<string, Lazy<DataSetMaker.Outcome>> Made = new();
    private static readonly ConcurrentDictionary<string, JsonElement> Goldens = new();

    /// <summary>Has a folder for each set that was made.</summary>
    public static string Folder => Environment.GetEnvironmentVariable("MESH_TEST_DATA") is { Length: > 0 } elsewhere
        ? System.IO.Path.GetFullPath(elsewhere)
        : System.IO.Path.Combine(RepoRoot.Path, "tests", ".data");

    /// <summary>
    /// The folder of a set, which is there and complete; do not write to it. Skips the test when a package it is made from cannot be had.
    /// </summary>
    /// <exception cref="InvalidOperationException">The set could not be made; the message has what the script said.</exception>
    public static string Path(string name) =>
        Made.GetOrAdd(name, static set => new Lazy<DataSetMaker.Outcome>(() => Maker.Make(set))).Value.FolderOrSkip();

    /// <summary>What tests/Goldens/data/{name}.json expects of a set; computed by numpy and pandas, never by Mesh.</summary>
    public static JsonElement Golden(string name) => Goldens.GetOrAdd(name, static set =>
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(System.IO.Path.Combine(GoldenFolder, $"{set}.json")));
        return document.RootElement.Clone();
    });

    /// <summary>Where the goldens are.</summary>
    public static string GoldenFolder => System.IO.Path.Combine(RepoRoot.Path, "tests", "Goldens", "data");
}
