using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Mesh.ModelGraph.Bundles;

/// <summary>Turns the content into the archive.</summary>
internal static class BundleWriter
{
    /// <summary>The bytes of each file in archive order, checked as a reader would.</summary>
    public static ReadOnlyMemory<byte>[] Files(BundleContent content)
    {
        content.Signature.Check();
        ReadOnlyMemory<byte>[] files =
        [
            Json(new BundleHeader(BundleFormat.Version)),
            content.Model,
            Json(content.Signature),
            content.Transforms,
            Json(content.Labels),
        ];
        for (var i = 0; i < files.Length; i++)
        {
            var (name, largest) = BundleFormat.Files[i];
            if (files[i].IsEmpty) throw new BundleException(name, "is empty");
            if (files[i].Length > largest) throw new BundleException(name, $"is {files[i].Length} bytes; at most {largest} are allowed");
        }
        BundleReader.CheckJson(BundleFormat.Transforms, content.Transforms);
        BundleReader.CheckLabels(content.Labels, content.Signature);
        return files;
    }

    public static void Write(Stream destination, ReadOnlyMemory<byte>[] files)
    {
        using var tar = new TarWriter(destination, TarEntryFormat.Ustar, leaveOpen: true);
        for (var i = 0; i < files.Length; i++)
        {
            using var data = Wrap(files[i]);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, BundleFormat.Files[i].Name)
            {
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                Uid = 0,
                Gid = 0,
                UserName = "",
                GroupName = "",
                DataStream = data,
            });
        }
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, BundleFormat.Json);

    private static MemoryStream Wrap(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
}
