namespace Mesh.Ingest.Tests.Data;

/// <summary>Gives its bytes in reads of a few, as networks and expanders do.</summary>
/// <param name="read">Told how many bytes each read gave.</param>
internal sealed class PieceStream(byte[] bytes, int offset, int length, int piece, Action<int>? read = null) : MemoryStream(bytes, offset, length, writable: false)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
        read?.Invoke(count);
        return count;
    }
}
