using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Mesh.Ingest.Formats.Archives;

/// <summary>Entries of a zip in the order of their names: stored and deflated ones, not encrypted.</summary>
internal sealed class ZipArchiveReader : ArchiveReader
{
    private const ushort Stored = 0;
    private const ushort Deflated = 8;
    private const int Encrypted = 1;
    private const int LocalHeaderBytes = 30;
    private const string DamagedHeader = "its header in the archive is damaged";

    private readonly SourceFile _file;
    private readonly LocalFile _local;
    private readonly ZipDirectory _directory;
    private readonly ExpansionBudget _budget;
    private int _place = -1;
    private long _passed;

    private ZipArchiveReader(SourceFile file, LocalFile local, ZipDirectory directory, ExpansionBudget budget)
    {
        (_file, _local, _directory, _budget) = (file, local, directory, budget);
        for (var i = 0; i < directory.Count; i++)
        {
            Count += directory.IsFolder(directory[i]) ? 0 : 1;
        }
    }

    public override long Count { get; }

    public override long? Entry => _place;

    public override long Position => _passed;

    public static async Task<ZipArchiveReader> OpenAsync(SourceFile file, ExpansionBudget budget, CancellationToken cancel)
    {
        var local = await file.OpenLocalAsync(cancel);
        try
        {
            using var buffered = new BufferedStream(new FileSlice(local.Handle, 0, RandomAccess.GetLength(local.Handle)), 64 * 1024);
            return new ZipArchiveReader(file, local, ZipDirectory.Read(file, buffered, budget), budget);
        }
        catch
        {
            local.Dispose();
            throw;
        }
    }

    public override void StartAt(long entry) => _place = (int)entry - 1;

    public override ValueTask<bool> MoveNextAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        _passed += _place >= 0 && _place < _directory.Count ? _directory[_place].CompressedSize : 0;
        if (++_place >= _directory.Count)
        {
            return ValueTask.FromResult(false);
        }

        ref readonly var entry = ref _directory[_place];
        Name = _directory.NameOf(entry);
        Kind = _directory.IsFolder(entry) ? EntryKind.Folder : entry.IsLink ? EntryKind.Link : EntryKind.File;
        return ValueTask.FromResult(true);
    }

    // Synchronous all through: the file is local, and its pages are cached.
    public override ValueTask<string?> ReadAsync(ContentBuffer content, CancellationToken cancel) => ValueTask.FromResult(Read(content));

    public override EntryStream OpenContent()
    {
        var entry = _directory[_place];
        var where = $"{_file.Path}:{Printable.Of(Name)}";
        if (Problem(entry) is { } problem)
        {
            throw new DatasetException("ENTRY_UNREADABLE", $"{where} {problem}.");
        }

        var (packed, expanded) = Open(entry, DataOffset(entry) ?? throw new DatasetException("ENTRY_DAMAGED", $"{where}: {DamagedHeader}."));
        return new EntryStream(expanded, length: null, _budget, where, entry.Crc, () => packed.Position, leaveOpen: false);
    }

    public override ValueTask DisposeAsync()
    {
        _directory.Dispose();
        _local.Dispose();
        return ValueTask.CompletedTask;
    }

    private string? Read(ContentBuffer content)
    {
        var entry = _directory[_place];
        if (Problem(entry) is { } problem)
        {
            return problem;
        }

        if (DataOffset(entry) is not { } offset)
        {
            return DamagedHeader;
        }

        var (packed, expanded) = Open(entry, offset);
        using var closing = expanded;
        try
        {
            Expand(expanded, packed, content);
        }
        catch (InvalidDataException)
        {
            return "cannot be expanded";
        }

        return content.Overflown || Crc32.HashToUInt32(content.Span) == entry.Crc ? null : "its checksum is wrong";
    }

    private static string? Problem(in ZipEntry entry) =>
        (entry.Flags & Encrypted) != 0 ? "is encrypted"
        : entry.Method is not (Stored or Deflated) ? $"uses the compression method {entry.Method}; stored (0) and deflated (8) ones can be read"
        : null;

    private (FileSlice Packed, Stream Expanded) Open(in ZipEntry entry, long offset)
    {
        var packed = new FileSlice(_local.Handle, offset, entry.CompressedSize);
        return (packed, entry.Method == Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress));
    }

    private void Expand(Stream expanded, FileSlice packed, ContentBuffer content)
    {
        int read;
        while (!content.Overflown && (read = expanded.Read(content.Room().Span)) > 0)
        {
            content.Advance(read);
            _budget.Expand(read, _file.Path);
            _budget.CheckRatio(content.Length, packed.Position, $"{_file.Path}:{Name}");
        }
    }

    /// <summary>The data lies behind the local header, whose extra field may differ from the directory's.</summary>
    private long? DataOffset(in ZipEntry entry)
    {
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        if (RandomAccess.Read(_local.Handle, header, entry.HeaderOffset) < LocalHeaderBytes || !header.StartsWith("PK\x3\x4"u8))
        {
            return null;
        }

        var offset = entry.HeaderOffset + LocalHeaderBytes
            + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return offset + entry.CompressedSize <= _file.Size ? offset : null;
    }
}
