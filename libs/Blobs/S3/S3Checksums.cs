using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;

namespace Mesh.Blobs.S3;

/// <summary>The checksum sent with every object and part, which the server compares with what arrived: SHA-256, or the MD5 that older servers know.</summary>
internal sealed class S3Checksums(bool md5)
{
    /// <summary>Null for MD5, which the server does not keep.</summary>
    public ChecksumAlgorithm? Kept => md5 ? null : ChecksumAlgorithm.SHA256;

    public void Protect(PutObjectRequest request, ReadOnlySpan<byte> content) =>
        (request.MD5Digest, request.ChecksumSHA256) = Of(content);

    public void Protect(UploadPartRequest request, ReadOnlySpan<byte> content) =>
        (request.MD5Digest, request.ChecksumSHA256) = Of(content);

    private (string? Md5, string? Sha256) Of(ReadOnlySpan<byte> content) => md5
        ? (Convert.ToBase64String(MD5.HashData(content)), null)
        : (null, Convert.ToBase64String(SHA256.HashData(content)));
}
