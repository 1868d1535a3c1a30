using System.Formats.Tar;
using System.IO.Compression;

namespace Mesh.Ingest.Tests.Data;

/// <summary>Archives written by the framework's writers; the product reads them with its own readers.</summary>
internal static class Archive
{
    public static byte[] Zip(params IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    public static byte[] Tar(TarEntryFormat format, params IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format))
        {
            foreach (var (name, content) in entries)
            {
                tar.WriteEntry(Entry(format, name, content));
            }
        }

        return bytes.ToArray();
    }

    private static TarEntry Entry(TarEntryFormat format, string name, byte[] content)
    {
        var folder = name.EndsWith('/');
        var type = folder ? TarEntryType.Directory : format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
        if (!folder)
        {
            entry.DataStream = new MemoryStream(content);
        }

        return entry;
    }
}
