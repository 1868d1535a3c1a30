using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mesh.Tests.Shared;

namespace Mesh.Data.Tests;

/// <summary>Every file of every set, against the sizes and hashes of the goldens.</summary>
public sealed class FilesTests
{
    [Theory, MemberData(nameof(Sets.WithGoldens), MemberType = typeof(Sets))]
    public void The_files_are_those_of_the_golden_and_no_others(string set)
    {
        var folder = DataSets.Path(set);
        var golden = DataSets.Golden(set);
        var left = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToHashSet();

        foreach (var file in golden.GetProperty("files").EnumerateObject())
        {
            var path = Path.Combine(folder, file.Name);
            Assert.True(left.Remove(path), $"{file.Name} is not there.");
            AssertContent(file, new FileInfo(path).Length, () => Hash(path));
        }

        foreach (var part in golden.TryGetProperty("folders", out var folders) ? folders.EnumerateObject().ToList() : [])
        {
            var inside = Directory.EnumerateFiles(Path.Combine(folder, part.Name)).Order(StringComparer.Ordinal).ToList();
            Assert.Equal(part.Value.GetProperty("files").GetInt32(), inside.Count);
            AssertContent(part, inside.Sum(path => new FileInfo(path).Length), () => HashOfList(inside));
            left.ExceptWith(inside);
        }

        Assert.Empty(left);
    }

    /// <summary>What was compressed here has no hash: another version of the library may need more or fewer bytes.</summary>
    private static void AssertContent(JsonProperty golden, long bytes, Func<string> hash)
    {
        var expected = golden.Value.GetProperty("bytes").GetInt64();
        if (golden.Value.TryGetProperty("sha256", out var sha256))
        {
            Assert.Equal((golden.Name, expected, sha256.GetString()), (golden.Name, bytes, hash()));
        }
        else
        {
            Assert.InRange(bytes, expected * 0.95, expected * 1.05);
        }
    }

    private static string HashOfList(IEnumerable<string> paths)
    {
        var lines = string.Concat(paths.Select(path => $"{Hash(path)}  {Path.GetFileName(path)}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)));
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
