using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Mesh.Blobs.Tests.Servers;

/// <summary>A request that came by.</summary>
internal sealed record Seen(string Method, string Target, IReadOnlyDictionary<string, string> Headers);

/// <summary>Stands between a client and its server, remembers what comes by and breaks what a rule picks.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private static readonly string[] OfOneConnection = ["Connection", "Keep-Alive", "Transfer-Encoding", "Expect"];

    private readonly WebApplication app;
    private readonly Uri server;
    private readonly HttpMessageInvoker forwarder = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    private FaultProxy(WebApplication app, Uri server) => (this.app, this.server) = (app, server);

    public Uri Address => new(app.Urls.Single());

    /// <summary>Asked for every request.</summary>
    public Func<Seen, Fault> Rule { get; set; } = _ => Fault.None;

    public ConcurrentQueue<Seen> Requests { get; } = new();

    public static async Task<FaultProxy> StartAsync(Uri server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var proxy = new FaultProxy(app, server);
        app.Run(proxy.HandleAsync);
        await app.StartAsync();
        return proxy;
    }

    /// <summary>Breaks the first <paramref name="times"/> requests that match.</summary>
    public void Break(int times, Func<Seen, bool> match, Fault fault)
    {
        var left = times;
        Rule = request => match(request) && Interlocked.Decrement(ref left) >= 0 ? fault : Fault.None;
    }

    public async ValueTask DisposeAsync()
    {
        Rule = _ => Fault.None;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        forwarder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        var seen = new Seen(
            request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Requests.Enqueue(seen);
        var fault = Rule(seen);
        try
        {
            switch (fault.Kind)
            {
                case Fault.Kinds.Answer:
                    await AnswerAsync(context, fault);
                    return;
                case Fault.Kinds.Hang:
                    // By the clock: an endless delay is no timer, and nothing else holds a connection whose buffers are full. It would be collected, and reset.
                    await Task.Delay(TimeSpan.FromDays(1), context.RequestAborted);
                    return;
            }
            using var answer = await ForwardAsync(context, seen, fault);
            await ReturnAsync(context, answer, fault);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static async Task AnswerAsync(HttpContext context, Fault fault)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        context.Response.StatusCode = fault.Value;
        context.Response.Headers["x-ms-error-code"] = fault.Code;
        if (context.Request.Method == "HEAD")
        {
            return;
        }
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<Error><Code>{fault.Code}</Code><Message>made up</Message></Error>", context.RequestAborted);
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context, Seen seen, Fault fault)
    {
        var request = new HttpRequestMessage(new HttpMethod(seen.Method), new Uri(server, seen.Target)) { Version = new Version(1, 1) };
        if (context.Request.ContentLength is not null)
        {
            request.Content = new StreamContent(fault.Kind switch
            {
                Fault.Kinds.CutRequest => new SpoiltStream(context.Request.Body, cutAfter: fault.Value),
                Fault.Kinds.FlipRequest => new SpoiltStream(context.Request.Body, flip: true),
                _ => context.Request.Body,
            });
        }
        foreach (var (name, value) in seen.Headers.Where(header => !OfOneConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return await forwarder.SendAsync(request, context.RequestAborted);
    }

    private static async Task ReturnAsync(HttpContext context, HttpResponseMessage answer, Fault fault)
    {
        if (fault.Kind == Fault.Kinds.LoseAnswer)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !OfOneConnection.Contains(header.Key)))
        {
            context.Response.Headers[name] = values.ToArray();
        }
        var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        await (fault.Kind switch
        {
            Fault.Kinds.CutAnswer => new SpoiltStream(body, cutAfter: fault.Value),
            Fault.Kinds.FlipAnswer => new SpoiltStream(body, flip: true),
            _ => body,
        }).CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
