using System.Formats.Tar;
using System.Security.Cryptography;
using Mesh.Registry.Storage;

namespace Mesh.Registry.Bundles;

/// <summary>Finds where each file lies in a bundle, so that one can be read without the others.</summary>
internal static class BundleIndex
{
    /// <param name="bundle">Seeks; was read as a bundle before, so it holds nothing but plain files.</param>
    public static IReadOnlyList<BundleFile> Read(Stream bundle)
    {
        var files = new List<BundleFile>();
        using var tar = new TarReader(bundle, leaveOpen: true);
        while (tar.GetNextEntry() is { } entry)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(entry.DataStream!));
            files.Add(new BundleFile(entry.Name, entry.DataOffset, entry.Length, digest));
        }

        return files;
    }
}
