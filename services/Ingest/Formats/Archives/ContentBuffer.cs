namespace Mesh.Ingest.Formats.Archives;

/// <summary>The bytes of one entry; reused, grows to the largest entry that is allowed and no further.</summary>
internal sealed class ContentBuffer(int limit)
{
    private const int Step = 64 * 1024;

    private byte[] _bytes = new byte[Math.Min(Step, limit + 1)];

    public int Length { get; private set; }

    /// <summary>More than the limit arrived.</summary>
    public bool Overflown => Length > limit;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Room for the next bytes, at least one. Never ends before one byte beyond the limit, which tells an overflow.</summary>
    public Memory<byte> Room()
    {
        if (Length == _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(limit + 1L, 2L * _bytes.Length));
        }

        return _bytes.AsMemory(Length);
    }

    public void Advance(int count) => Length += count;
}
