using System.IO.MemoryMappedFiles;

namespace Mesh.Shards;

/// <summary>
/// A whole file mapped for reading; the pointer is valid until it is disposed. The file must not shrink meanwhile (the system would end the process):
/// blobs never change.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private int disposed;

    public MappedFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (file.Length is 0 or > int.MaxValue)
        {
            throw new InvalidDataException(file.Length == 0 ? "it is empty" : "it is larger than 2 GiB");
        }
        Length = (int)file.Length;
        map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start + view.PointerOffset;
    }

    public byte* Start { get; }

    public int Length { get; }

    public ReadOnlySpan<byte> Bytes => new(Start, Length);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            map.Dispose();
        }
    }
}
