using System.Formats.Tar;
using System.Text;
using Mesh.ModelGraph.Bundles;

namespace Mesh.ModelGraph.Tests.Bundles;

/// <summary>A small good bundle, and archives of any other content.</summary>
internal static class Samples
{
    public static BundleContent Content(int modelBytes = 1000) => new(
        Enumerable.Range(0, modelBytes).Select(i => (byte)i).ToArray(),
        new BundleSignature(BundleSignature.ImageClassification,
            [new TensorSignature("input", "FP32", [-1, 1, 28, 28])], [new TensorSignature("logits", "FP32", [-1, 3])]),
        """{"transforms":[{"type":"normalize"}]}"""u8.ToArray(),
        ["shirt", "Öl", "\"quoted\""]);

    public static byte[] Bytes(BundleContent content)
    {
        using var stream = new MemoryStream();
        ModelBundle.Write(stream, content);
        return stream.ToArray();
    }

    /// <summary>The files of a good bundle, in order.</summary>
    public static List<(string Name, byte[] Data)> Files()
    {
        using var tar = new TarReader(new MemoryStream(Bytes(Content())));
        var files = new List<(string, byte[])>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            using var data = new MemoryStream();
            entry.DataStream?.CopyTo(data);
            files.Add((entry.Name, data.ToArray()));
        }
        return files;
    }

    public static byte[] Tar(IEnumerable<(string Name, byte[] Data)> files, TarEntryFormat format = TarEntryFormat.Ustar)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, format, leaveOpen: true))
            foreach (var (name, data) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(data);
                tar.WriteEntry(entry);
            }
        return stream.ToArray();
    }

    public static byte[] With(string name, string json) =>
        Tar(Files().Select(f => f.Name == name ? (name, Encoding.UTF8.GetBytes(json)) : f));

    public static BundleException Refused(byte[] archive) =>
        Xunit.Assert.Throws<BundleException>(() => ModelBundle.Read(new MemoryStream(archive)));
}
