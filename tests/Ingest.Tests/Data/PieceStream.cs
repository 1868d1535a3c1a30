namespace Mesh.Ingest.Tests.Data;

/// <summary>Gives its bytes in reads of a few, as networks and expanders do.</summary>
internal sealed class PieceStream(byte[] bytes, int offset, int length, int piece) : MemoryStream(bytes, offset, length, writable: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
}
