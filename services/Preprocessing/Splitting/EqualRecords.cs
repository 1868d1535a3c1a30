using System.Runtime.InteropServices;

namespace Mesh.Preprocessing.Splitting;

/// <summary>
/// Finds equal records among any number: their hashes are spread over temporary files by the first byte, where equal ones
/// meet, and one file at a time is looked at. Memory holds the different hashes of one file, a 256th of all; disk takes 24
/// bytes a record meanwhile.
/// </summary>
internal sealed class EqualRecords : IDisposable
{
    private const int Count = 256;
    private const int BufferBytes = 8 * 1024;

    private readonly string _folder;
    private readonly FileStream?[] _files = new FileStream?[Count];

    [StructLayout(LayoutKind.Sequential, Pack = 8)]
    private readonly record struct Entry(ulong High, ulong Low, long Record);

    /// <param name="folder">A new folder; goes at dispose.</param>
    public EqualRecords(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <param name="record">Its number.</param>
    public void Add(UInt128 hash, long record)
    {
        var bucket = (int)(hash >> 120);
        var file = _files[bucket] ??= new FileStream(Path.Combine(_folder, $"{bucket}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        var entry = new Entry((ulong)(hash >> 64), (ulong)hash, record);
        file.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Entry>(in entry)));
    }

    /// <summary>
    /// Every record that is equal to one of a lower number, with the lowest of its kind; in no order, but in the same one each
    /// time. To be gone through by one at a time.
    /// </summary>
    public IEnumerable<(long First, long Later)> Pairs()
    {
        var firsts = new Dictionary<(ulong, ulong), long>();
        foreach (var file in _files.OfType<FileStream>())
        {
            firsts.Clear();
            foreach (var (high, low, record) in Read(file))
            {
                firsts[(high, low)] = firsts.TryGetValue((high, low), out var first) && first < record ? first : record;
            }

            foreach (var (high, low, record) in Read(file))
            {
                if (firsts[(high, low)] is var first && first != record)
                {
                    yield return (first, record);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file?.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static IEnumerable<Entry> Read(FileStream file)
    {
        var entries = new Entry[BufferBytes / Marshal.SizeOf<Entry>()];
        file.Position = 0;
        int read;
        while ((read = Fill(file, entries)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                yield return entries[i];
            }
        }
    }

    private static int Fill(FileStream file, Entry[] entries)
    {
        var buffer = MemoryMarshal.AsBytes(entries.AsSpan());
        return file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) / Marshal.SizeOf<Entry>();
    }
}
