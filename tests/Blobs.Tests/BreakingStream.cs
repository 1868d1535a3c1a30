namespace Mesh.Blobs.Tests;

/// <summary>Gives the first bytes of a content in small pieces, then fails as a broken connection does.</summary>
internal sealed class BreakingStream(byte[] content, int breaksAt) : MemoryStream(content)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= breaksAt)
        {
            throw new EndOfStreamException("The connection broke.");
        }
        var count = (int)Math.Min(Math.Min(buffer.Length, 70_000), breaksAt - Position);
        return base.ReadAsync(buffer[..count], cancellationToken);
    }
}
