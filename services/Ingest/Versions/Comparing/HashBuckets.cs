using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Ingest.Versions.Comparing;

/// <summary>A record by what tells it apart and by what it holds.</summary>
/// <param name="Base">Whether it is of the version compared with.</param>
internal readonly record struct HashedRecord(UInt128 Key, UInt128 Content, bool Base, string Source);

/// <summary>
/// Records spread over temporary files by their keys: equal keys meet in one file, and only one file at a time is looked at.
/// So any number of records can be compared in little memory.
/// </summary>
internal sealed class HashBuckets : IDisposable
{
    private const int Count = 256;
    private const int BufferBytes = 8 * 1024;

    private readonly string _folder;
    private readonly FileStream?[] _files = new FileStream?[Count];

    /// <param name="parent">Gets a folder of its own in it, which goes at dispose.</param>
    public HashBuckets(string parent)
    {
        _folder = Path.Combine(parent, Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Add(in HashedRecord record)
    {
        var bucket = (int)(record.Key >> 120);
        var file = _files[bucket] ??= new FileStream(Path.Combine(_folder, $"{bucket}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        Span<UInt128> hashes = [record.Key, record.Content];
        file.Write(MemoryMarshal.AsBytes(hashes));
        file.WriteByte(record.Base ? (byte)1 : (byte)0);
        var source = Encoding.UTF8.GetBytes(record.Source);
        Span<int> length = [source.Length];
        file.Write(MemoryMarshal.AsBytes(length));
        file.Write(source);
    }

    /// <summary>
    /// One file after the other, each in the order of its records. A bucket can be walked over several times, but only until
    /// the next one. Records of one key may be any number: keep counts of them, never the records.
    /// </summary>
    public IEnumerable<IEnumerable<HashedRecord>> Buckets() => _files.OfType<FileStream>().Select(RecordsOf);

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file?.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<HashedRecord> RecordsOf(FileStream file)
    {
        var length = file.Length;
        for (file.Position = 0; file.Position < length;)
        {
            yield return Read(file);
        }
    }

    private static HashedRecord Read(FileStream file)
    {
        Span<UInt128> hashes = stackalloc UInt128[2];
        file.ReadExactly(MemoryMarshal.AsBytes(hashes));
        var isBase = file.ReadByte() == 1;
        Span<int> length = stackalloc int[1];
        file.ReadExactly(MemoryMarshal.AsBytes(length));
        var source = new byte[length[0]];
        file.ReadExactly(source);
        return new HashedRecord(hashes[0], hashes[1], isBase, Encoding.UTF8.GetString(source));
    }
}
