using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Mesh.Benchmarks.Data;

/// <summary>The least that takes a file over HTTP, hashes it and has it on disk: what an upload is measured against. A process of its own.</summary>
internal static class RawEndpoint
{
    public const string Verb = "raw-endpoint";

    public static async Task<int> RunAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var app = builder.Build();
        app.Run(http => TakeAsync(http, Path.Combine(folder, $"raw-{Guid.NewGuid()}")));
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        // Until whoever started it is gone.
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task TakeAsync(HttpContext http, string path)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 * 1024];
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            int read;
            while ((read = await http.Request.Body.ReadAsync(buffer)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                file.Write(buffer, 0, read);
            }

            file.Flush(flushToDisk: true);
        }

        await http.Response.WriteAsync(Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
