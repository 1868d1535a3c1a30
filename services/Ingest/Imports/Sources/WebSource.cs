using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Mesh.Ingest.Imports.Sources;

/// <summary>
/// One file of a web server. Goes on by Range where the server can, and where it proves that the file is still the same; redirects
/// are followed within the hosts that the operator allows.
/// </summary>
internal sealed class WebSource : IImportSource
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly HttpImportOptions _options;
    private readonly TimeSpan _stall;

    /// <exception cref="ImportException">SOURCE_NOT_ALLOWED</exception>
    public WebSource(HttpClient http, Uri address, HttpImportOptions options, TimeSpan stall)
    {
        (_http, _address, _options, _stall) = (http, address, options, stall);
        RequireAllowed(address);
    }

    public async IAsyncEnumerable<SourceEntry> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var name = NameOf(_address);
        // The first byte alone: it tells the size, and that the server knows ranges.
        using var response = await SendAsync(name, 0, 0, null, cancel);
        var bytes = response.StatusCode switch
        {
            HttpStatusCode.PartialContent => response.Content.Headers.ContentRange?.Length,
            // A range of an empty file cannot be had.
            HttpStatusCode.RequestedRangeNotSatisfiable => 0,
            _ => response.Content.Headers.ContentLength,
        };
        RequireSize(name, bytes);
        yield return new SourceEntry(name, "", bytes, WebVersion.Of(response));
    }

    public async Task<SourceContent> OpenAsync(SourceEntry entry, long offset, CancellationToken cancel)
    {
        if (offset == entry.Bytes)
        {
            return new SourceContent(Stream.Null, offset, entry.Bytes);
        }

        // Bytes of two contents are not to become one file: without proof that it is the same, it comes from the beginning.
        offset = WebVersion.IsStrong(entry.Version) ? offset : 0;
        var response = await SendAsync(entry.Path, offset, null, entry.Version, cancel);
        try
        {
            var (start, total) = Place(entry, offset, response);
            return new SourceContent(await response.Content.ReadAsStreamAsync(cancel), start, total, response) { MaxBytes = _options.MaxBytes };
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // The client is shared.
    }

    /// <summary>Where the body starts, and all bytes of the file when the server says.</summary>
    private (long Start, long? Total) Place(SourceEntry entry, long offset, HttpResponseMessage response)
    {
        var isPart = response.StatusCode == HttpStatusCode.PartialContent;
        var range = response.Content.Headers.ContentRange;
        var length = response.Content.Headers.ContentLength;
        var total = isPart ? range?.Length ?? offset + length : length;
        if (!WebVersion.AreSame(WebVersion.Of(response), entry.Version) || isPart && range?.From != offset || entry.Bytes is { } listed && total is { } now && now != listed)
        {
            throw new ImportException("SOURCE_CHANGED", $"{entry.Path} has changed since the source was listed.");
        }

        if (length is null && response.Headers.TransferEncodingChunked != true && response.Version < HttpVersion.Version20)
        {
            throw new ImportException("SOURCE_UNBOUNDED", $"{entry.Path}: the server does not say where the file ends.");
        }

        RequireSize(entry.Path, total);
        return (isPart ? offset : 0, total ?? entry.Bytes);
    }

    private async Task<HttpResponseMessage> SendAsync(string name, long from, long? to, string? version, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_stall);
        var address = _address;
        for (var redirects = 0; ; redirects++)
        {
            var response = await GuardAsync(name, () => _http.SendAsync(Request(address, from, to, version), HttpCompletionOption.ResponseHeadersRead, limit.Token), cancel);
            if (!IsRedirect(response.StatusCode))
            {
                return Accepted(name, response);
            }

            using (response)
            {
                if (redirects == MaxRedirects || response.Headers.Location is not { } location)
                {
                    throw new ImportException("SOURCE_REFUSED", $"{name}: the server redirects without end.");
                }

                address = new Uri(address, location);
                RequireAllowed(address);
            }
        }
    }

    private static HttpRequestMessage Request(Uri address, long from, long? to, string? version)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (from > 0 || to is not null)
        {
            request.Headers.Range = new RangeHeaderValue(from, to);
        }

        if (from > 0)
        {
            request.Headers.TryAddWithoutValidation("If-Range", version);
        }

        return request;
    }

    private static HttpResponseMessage Accepted(string name, HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        using (response)
        {
            throw response.StatusCode switch
            {
                HttpStatusCode.NotFound or HttpStatusCode.Gone => new ImportException("SOURCE_NOT_FOUND", $"{name}: the server does not have it."),
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ImportException("SOURCE_DENIED", $"{name}: the server does not give it to everyone."),
                HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError =>
                    new SourceBrokenException($"The server answers {(int)response.StatusCode}."),
                _ => new ImportException("SOURCE_REFUSED", $"{name}: the server answers {(int)response.StatusCode}."),
            };
        }
    }

    private static async Task<HttpResponseMessage> GuardAsync(string name, Func<Task<HttpResponseMessage>> send, CancellationToken cancel)
    {
        try
        {
            return await send();
        }
        catch (Exception e) when (!cancel.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or ImportException)
        {
            for (Exception? cause = e; cause is not null; cause = cause.InnerException)
            {
                if (cause is ImportException refused)
                {
                    throw new ImportException(refused.Reason, $"{name}: {refused.Message}");
                }
            }

            throw new SourceBrokenException("The server does not answer.", e);
        }
    }

    private void RequireAllowed(Uri address)
    {
        if (address.Scheme != "https" && !(address.Scheme == "http" && _options.AllowHttp))
        {
            throw new ImportException("SOURCE_NOT_ALLOWED", $"{address.Scheme}:// addresses may not be imported here (Imports:Http:AllowHttp).");
        }

        if (!_options.AllowedHosts.Any(host => host == "*" || Matches(host, address.IdnHost)))
        {
            throw new ImportException("SOURCE_NOT_ALLOWED", $"{address.Host} is not among the hosts that may be imported from (Imports:Http:AllowedHosts).");
        }
    }

    private static bool Matches(string allowed, string host) => allowed.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
        : host.Equals(allowed, StringComparison.OrdinalIgnoreCase);

    private void RequireSize(string name, long? bytes)
    {
        if (bytes > _options.MaxBytes)
        {
            throw new ImportException("FILE_TOO_LARGE", $"{name} has {bytes} bytes; {_options.MaxBytes} may be imported from the web (Imports:Http:MaxBytes).");
        }
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static string NameOf(Uri address)
    {
        var last = Uri.UnescapeDataString(address.AbsolutePath[(address.AbsolutePath.LastIndexOf('/') + 1)..]);
        return last.Length > 0 ? last.Replace('/', '_') : "download";
    }
}
