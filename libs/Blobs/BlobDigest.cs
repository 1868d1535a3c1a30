using System.Security.Cryptography;

namespace Mesh.Blobs;

/// <summary>A blob's name: the SHA-256 of its bytes as 64 lower-case hexadecimal digits. <c>default</c> names nothing.</summary>
public readonly record struct BlobDigest
{
    public const int HexLength = 2 * SHA256.HashSizeInBytes;

    private readonly string? hex;

    private BlobDigest(string hex) => this.hex = hex;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public string Hex => hex ?? throw new InvalidOperationException("This digest was never set.");

    /// <exception cref="FormatException">The text is not 64 lower-case hexadecimal digits.</exception>
    public static BlobDigest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new FormatException("A digest is a SHA-256 as 64 lower-case hexadecimal digits.");

    /// <summary>Strict: no prefix, no upper case, no white space.</summary>
    public static bool TryParse(string? text, out BlobDigest digest)
    {
        var valid = text is { Length: HexLength } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");
        digest = valid ? new BlobDigest(text!) : default;
        return valid;
    }

    /// <summary>The digest of these bytes.</summary>
    public static BlobDigest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>Names a hash of 32 bytes that was computed elsewhere.</summary>
    public static BlobDigest FromHash(ReadOnlySpan<byte> sha256) => sha256.Length == SHA256.HashSizeInBytes
        ? new BlobDigest(Convert.ToHexStringLower(sha256))
        : throw new ArgumentException("A SHA-256 has 32 bytes.", nameof(sha256));

    /// <summary>The 32 bytes of the hash.</summary>
    public byte[] ToHash() => Convert.FromHexString(Hex);

    public override string ToString() => hex ?? "";
}
