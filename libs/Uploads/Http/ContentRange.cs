using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Mesh.Uploads.Http;

/// <summary>Content-Range of a request: which bytes of an upload its body carries.</summary>
internal static class ContentRange
{
    /// <summary>"bytes */1000": the client asks how far the upload is.</summary>
    /// <param name="total">The 1000; null for "bytes */*".</param>
    public static bool IsQuestion(HttpRequest request, out long? total)
    {
        var text = request.Headers.ContentRange.ToString();
        var isRange = ContentRangeHeaderValue.TryParse(text, out var range) && range is { HasRange: false, HasLength: true };
        total = isRange ? range!.Length : null;
        return isRange || text == "bytes */*";
    }

    /// <exception cref="MeshException">INVALID_ARGUMENT naming the header.</exception>
    public static ContentPart Of(HttpRequest request)
    {
        var text = request.Headers.ContentRange.ToString();
        if (text.Length == 0)
        {
            return ContentPart.Whole(request.ContentLength);
        }

        if (!ContentRangeHeaderValue.TryParse(text, out var range) || !range.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            || range is not { From: { } first, To: { } last })
        {
            throw MeshError.Invalid("Content-Range", "is not of the form \"bytes 0-99/1000\", \"bytes 0-99/*\" or \"bytes */1000\".");
        }

        return request.ContentLength is { } sent && sent != last - first + 1
            ? throw MeshError.Invalid("Content-Range", $"names {last - first + 1} bytes, but Content-Length is {sent}.")
            : new ContentPart(false, first, last + 1, range.Length);
    }
}
