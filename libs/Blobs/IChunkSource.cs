namespace Mesh.Blobs;

/// <summary>The chunks of one blob, proven by its chunk hashes before anyone sees them. For one reader at a time.</summary>
internal interface IChunkSource : IDisposable
{
    /// <summary>Fills <paramref name="target"/>, which is as long as the chunk.</summary>
    /// <exception cref="BlobCorruptException">The bytes are not those that were written.</exception>
    void Read(long chunk, Memory<byte> target);

    /// <inheritdoc cref="Read"/>
    ValueTask ReadAsync(long chunk, Memory<byte> target, CancellationToken cancellation);
}
