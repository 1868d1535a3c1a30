using System.Security.Cryptography;
using System.Text;

namespace Mesh.Cli.Files;

/// <summary>A file to upload.</summary>
/// <param name="Path">Where it is on this machine.</param>
/// <param name="Name">What the dataset version calls it: relative, "/" between folders.</param>
/// <param name="Key">The same key means the same content: it lets another process go on with a broken upload.</param>
internal sealed record DataFile(string Path, string Name, long Size, string Key)
{
    /// <summary>Known by place, size and time, so that a large file is not read twice.</summary>
    public static DataFile ByTime(string path, string name)
    {
        var file = new FileInfo(path);
        return new(path, name, file.Length, Digest($"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}"));
    }

    /// <summary>Known by its content: reads it once. The key is its SHA-256.</summary>
    public static async Task<DataFile> ByContentAsync(string path, string name, CancellationToken cancel)
    {
        await using var content = File.OpenRead(path);
        return new(path, name, content.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel)));
    }

    /// <summary>A request id of at most 128 characters that is the same for the same parts.</summary>
    public static string RequestId(string kind, params IEnumerable<string> parts) => $"{kind}-{Digest(string.Join('\n', parts))[..40]}";

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
