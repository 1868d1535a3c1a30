using System.Globalization;
using Mesh.Inference.Tensors;
using Mesh.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Mesh.Inference.Rest;

/// <summary>A request body in pooled memory, never more than the limit.</summary>
internal sealed class RestBody : IDisposable
{
    /// <summary>Length of the JSON in front of the binary tensors, in bytes; 0: there is only one tensor, and no JSON.</summary>
    public const string HeaderLength = "Inference-Header-Content-Length";

    private const int FirstSize = 16 << 10;

    private TensorMemory memory;
    private int length;

    private RestBody(TensorMemory memory) => this.memory = memory;

    public ReadOnlySpan<byte> Bytes => memory.Span[..length];

    /// <exception cref="BadHttpRequestException">413: the body is larger than <paramref name="most"/> bytes. 415: it is compressed.</exception>
    public static async Task<RestBody> ReadAsync(HttpContext http, int most)
    {
        if (http.Request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException("A compressed body is not supported; send it as it is.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            // The loop below has the limit of its own, and the protocol's form of the error.
            limit.MaxRequestBodySize = null;
        }

        var announced = http.Request.ContentLength ?? FirstSize;
        if (announced > most)
        {
            throw TooLarge(most);
        }

        // One byte more than announced: the read that finds the end needs room to find none.
        var body = new RestBody(TensorMemory.Rent((int)Math.Min(announced + 1, most)));
        try
        {
            await body.FillAsync(http.Request.Body, most, http.RequestAborted);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Where the JSON ends; null without the header, when all of the body is JSON.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT: the header is no length inside the body.</exception>
    public int? JsonLength(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(HeaderLength, out var header))
        {
            return null;
        }

        return int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var json) && json <= length
            ? json
            : throw MeshError.Invalid(HeaderLength, $"\"{header}\" is not a length within the body of {length} bytes.");
    }

    public void Dispose() => memory.Release();

    private static BadHttpRequestException TooLarge(int most) =>
        new($"The body is larger than {most} bytes.", StatusCodes.Status413PayloadTooLarge);

    private async Task FillAsync(Stream source, int most, CancellationToken cancel)
    {
        while (true)
        {
            if (length == memory.Length)
            {
                if (length >= most)
                {
                    // Exactly at the limit is allowed: only a further byte is too much.
                    if (await source.ReadAsync(new byte[1], cancel) > 0)
                    {
                        throw TooLarge(most);
                    }

                    return;
                }

                var larger = TensorMemory.Rent((int)Math.Min(2L * length, most));
                Bytes.CopyTo(larger.Span);
                memory.Release();
                memory = larger;
            }

            var read = await source.ReadAsync(memory.Writable[length..], cancel);
            if (read == 0)
            {
                return;
            }

            length += read;
        }
    }
}
