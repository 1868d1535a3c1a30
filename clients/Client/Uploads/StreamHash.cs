using System.Security.Cryptography;

namespace Mesh.Client.Uploads;

/// <summary>SHA-256 of a stream whose parts may be sent more than once: each byte is hashed once, in order.</summary>
internal sealed class StreamHash(Stream content) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private string? _digest;

    /// <summary>Takes bytes that were read at <paramref name="offset"/>; those hashed before are passed over.</summary>
    public void Append(long offset, ReadOnlySpan<byte> bytes)
    {
        var known = _position - offset;
        if (known < bytes.Length)
        {
            _hash.AppendData(bytes[(int)known..]);
            _position = offset + bytes.Length;
        }
    }

    /// <summary>Reads and hashes what an earlier process sent.</summary>
    public async Task AdvanceToAsync(long offset, CancellationToken cancel)
    {
        if (offset <= _position)
        {
            return;
        }

        content.Position = _position;
        var buffer = new byte[256 * 1024];
        while (_position < offset)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset - _position)), cancel).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException("The content is shorter than what was sent of it before.");
            }

            _hash.AppendData(buffer, 0, read);
            _position += read;
        }
    }

    /// <summary>Of everything; nothing is taken afterwards.</summary>
    /// <returns>Lower-case hex.</returns>
    public string Finish() => _digest ??= Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
