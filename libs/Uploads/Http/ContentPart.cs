using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mesh.Uploads.Http;

/// <summary>Which bytes of an upload a body carries, by its Content-Range.</summary>
/// <param name="IsWhole">There is no range: the body is all of it.</param>
/// <param name="End">The byte after the last; null when only the body's own end says.</param>
/// <param name="Total">All bytes; null when the client does not know.</param>
internal readonly record struct ContentPart(bool IsWhole, long Start, long? End, long? Total)
{
    /// <summary>"bytes */1000": the client asks how far the upload is.</summary>
    public bool IsQuestion => !IsWhole && End is null;

    /// <exception cref="MeshException">INVALID_ARGUMENT naming the header.</exception>
    public static ContentPart Of(HttpRequest request)
    {
        var text = request.Headers.ContentRange.ToString();
        if (text.Length == 0)
        {
            return new ContentPart(true, 0, null, request.ContentLength);
        }

        if (text is "bytes */*")
        {
            return new ContentPart(false, 0, null, null);
        }

        if (!ContentRangeHeaderValue.TryParse(text, out var range) || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
        {
            throw MeshError.Invalid("Content-Range", "is not of the form \"bytes 0-99/1000\", \"bytes 0-99/*\" or \"bytes */1000\".");
        }

        var part = new ContentPart(false, range.From ?? 0, range.To + 1, range.Length);
        return part.End - part.Start is { } length && request.ContentLength is { } sent && sent != length
            ? throw MeshError.Invalid("Content-Range", $"names {length} bytes, but Content-Length is {sent}.")
            : part;
    }
}
