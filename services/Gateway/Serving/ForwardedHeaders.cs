using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using Mesh.Gateway.Routing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Mesh.Gateway.Serving;

/// <summary>What passes between a caller and a replica besides the body.</summary>
internal static class ForwardedHeaders
{
    /// <summary>Facts about one connection, and what the handler writes itself.</summary>
    private static readonly FrozenSet<string> HopByHop = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Transfer-Encoding", "Upgrade",
        "Host", "Content-Length", "TE", "Trailer", "Expect", "Date",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static HttpRequestMessage Request(HttpRequest from, ReadOnlyMemory<byte> body, Replica replica)
    {
        var isGrpc = GatewayErrors.IsGrpc(from);
        var to = new HttpRequestMessage(HttpMethod.Parse(from.Method), isGrpc ? replica.At(from.Path.Value!) : replica.Address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (!isGrpc)
        {
            to.RequestUri = new Uri(replica.Address, from.Path.ToUriComponent() + from.QueryString);
        }

        if (body.Length > 0 || HttpMethods.IsPost(from.Method))
        {
            to.Content = new ReadOnlyMemoryContent(body);
        }

        foreach (var (name, values) in from.Headers)
        {
            if (!HopByHop.Contains(name) && !name.StartsWith(':'))
            {
                Add(to, name, values);
            }
        }

        if (isGrpc)
        {
            to.Headers.TryAddWithoutValidation("TE", "trailers");
        }

        return to;
    }

    public static void CopyHead(HttpResponseMessage from, HttpResponse to)
    {
        to.StatusCode = (int)from.StatusCode;
        Copy(from.Headers, to.Headers);
        Copy(from.Content.Headers, to.Headers);
        if (from.Content.Headers.ContentLength is { } length)
        {
            to.ContentLength = length;
        }
    }

    public static void CopyTrailers(HttpResponseMessage from, HttpResponse to)
    {
        if (to.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { IsReadOnly: false } trailers)
        {
            return;
        }

        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
        {
            trailers[name] = Values(values);
        }
    }

    private static void Add(HttpRequestMessage to, string name, StringValues values)
    {
        // The two kinds of headers refuse each other's names.
        if (values.Count == 1)
        {
            _ = to.Headers.TryAddWithoutValidation(name, values[0]) || to.Content?.Headers.TryAddWithoutValidation(name, values[0]) == true;
        }
        else
        {
            _ = to.Headers.TryAddWithoutValidation(name, values.AsEnumerable()) || to.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable()) == true;
        }
    }

    private static void Copy(HttpHeaders from, IHeaderDictionary to)
    {
        foreach (var (name, values) in from.NonValidated)
        {
            if (!HopByHop.Contains(name))
            {
                to[name] = Values(values);
            }
        }
    }

    private static StringValues Values(HeaderStringValues values) => values.Count == 1 ? values.ToString() : values.ToArray();
}
