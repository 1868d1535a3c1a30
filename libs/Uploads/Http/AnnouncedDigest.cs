using Mesh.Blobs;
using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http;

namespace Mesh.Uploads.Http;

/// <summary>The SHA-256 that a request says all bytes have: "Repr-Digest: sha-256=:…:" (RFC 9530) or "Digest: SHA-256=…" (RFC 3230), in base64.</summary>
internal static class AnnouncedDigest
{
    private const string Algorithm = "sha-256=";

    /// <returns>Null when the request says nothing, or only in other algorithms.</returns>
    /// <exception cref="MeshException">INVALID_ARGUMENT naming the header.</exception>
    public static BlobDigest? Of(HttpRequest request) => Read(request, "Repr-Digest") ?? Read(request, "Digest");

    private static BlobDigest? Read(HttpRequest request, string header)
    {
        foreach (var item in request.Headers.GetCommaSeparatedValues(header))
        {
            if (!item.StartsWith(Algorithm, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            Span<byte> hash = stackalloc byte[33];
            return Convert.TryFromBase64String(item[Algorithm.Length..].Trim(':'), hash, out var length) && length == 32
                ? BlobDigest.FromHash(hash[..32])
                : throw MeshError.Invalid(header, "its sha-256 is not 32 bytes in base64.");
        }

        return null;
    }
}
