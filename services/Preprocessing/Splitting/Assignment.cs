using System.IO.MemoryMappedFiles;

namespace Mesh.Preprocessing.Splitting;

/// <summary>The part of every record of a version, split by split: a byte each in a file, which is mapped and so takes no memory of its own.</summary>
internal sealed class Assignment : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _parts;
    private readonly IReadOnlyList<(string Name, long Records)> _splits;

    /// <param name="path">A new file.</param>
    /// <param name="splits">In order.</param>
    public Assignment(string path, IReadOnlyList<(string Name, long Records)> splits)
    {
        (_splits, Records) = (splits, splits.Sum(s => s.Records));
        // Nothing cannot be mapped.
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, Math.Max(1, Records));
        _parts = _file.CreateViewAccessor(0, Math.Max(1, Records));
    }

    /// <summary>How many there are.</summary>
    public long Records { get; }

    /// <summary>The part of a record, by its number in the version.</summary>
    public Part this[long record]
    {
        get => (Part)_parts.ReadByte(record);
        set => _parts.Write(record, (byte)value);
    }

    /// <summary>The number of the first record of a split.</summary>
    public long StartOf(string split) => _splits.TakeWhile(s => s.Name != split).Sum(s => s.Records);

    /// <summary>Where a record is in the data.</summary>
    public (string Split, long Index) PlaceOf(long record)
    {
        var split = 0;
        while (record >= _splits[split].Records)
        {
            record -= _splits[split++].Records;
        }

        return (_splits[split].Name, record);
    }

    public void Dispose()
    {
        _parts.Dispose();
        _file.Dispose();
    }
}
