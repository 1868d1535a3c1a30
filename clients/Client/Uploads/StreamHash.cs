using System.Security.Cryptography;

namespace Mesh.Client.Uploads;

/// <summary>SHA-256 of a stream whose parts may be sent more than once: each byte is hashed once, in order.</summary>
internal sealed class StreamHash(Stream content) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string? _digest;

    /// <summary>Bytes hashed so far: no more than these were sent.</summary>
    public long Position { get; private set; }

    /// <summary>Takes bytes that were read at <paramref name="offset"/>; those hashed before are passed over.</summary>
    public void Append(long offset, ReadOnlySpan<byte> bytes)
    {
        var known = Position - offset;
        if (known < bytes.Length)
        {
            _hash.AppendData(bytes[(int)known..]);
            Position = offset + bytes.Length;
        }
    }

    /// <summary>Reads and hashes what an earlier process sent.</summary>
    public async Task AdvanceToAsync(long offset, CancellationToken cancel)
    {
        if (offset <= Position)
        {
            return;
        }

        content.Position = Position;
        var buffer = new byte[256 * 1024];
        while (Position < offset)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset - Position)), cancel).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException("The content is shorter than what was sent of it before.");
            }

            _hash.AppendData(buffer, 0, read);
            Position += read;
        }
    }

    /// <summary>Of the first bytes, lower-case hex. Reads them again when more were hashed already.</summary>
    public async Task<string> OfFirstAsync(long length, CancellationToken cancel)
    {
        if (length < Position)
        {
            _ = _hash.GetHashAndReset();
            Position = 0;
        }

        await AdvanceToAsync(length, cancel).ConfigureAwait(false);
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <summary>Of everything, once all of it was hashed.</summary>
    /// <returns>Lower-case hex.</returns>
    public string Finish() => _digest ??= Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
