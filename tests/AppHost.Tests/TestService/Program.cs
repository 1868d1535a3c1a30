// A child of the app host for its tests. TEST_* variables make it misbehave.
using System.Collections;
using System.Net;
using Mesh.AppHost.TestService;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var own = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value);
var state = own.GetValueOrDefault("MESH_STATE") ?? Path.GetTempPath();
if (args.FirstOrDefault() is "report" or "demo")
    return await Report.RunAsync(args, own);

var starts = Directory.CreateDirectory(Path.Combine(state, $"starts-{own["OTEL_SERVICE_NAME"]}"));
File.WriteAllText(Path.Combine(starts.FullName, $"{DateTime.UtcNow.Ticks}-{Environment.ProcessId}"), "");
ParentPipe.Watch();
if (own.GetValueOrDefault("TEST_EXIT_CODE") is { } code)
{
    Console.Error.WriteLine("cannot start: told to");
    return int.Parse(code);
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    if (own.GetValueOrDefault("MESH_GRPC_PORT") is { } grpc)
        kestrel.Listen(IPAddress.Loopback, int.Parse(grpc), listen => listen.Protocols = HttpProtocols.Http2);
    if (own.GetValueOrDefault("MESH_HTTP_PORT") is { } http)
        kestrel.Listen(IPAddress.Loopback, int.Parse(http), listen => listen.Protocols = HttpProtocols.Http1);
});

var app = builder.Build();
var gate = own.GetValueOrDefault("TEST_HEALTH_GATE");
app.MapGet("/health", () =>
{
    File.AppendAllText(Path.Combine(state, $"probes-{own["OTEL_SERVICE_NAME"]}"), "x");
    return gate is null || File.Exists(gate) ? Results.Ok() : Results.StatusCode(503);
});
app.MapGet("/environment", () => own);
app.MapGet("/process", () => Environment.ProcessId);
app.MapPost("/exit/{code:int}", (int code) => Environment.Exit(code));
app.MapPost("/log/{count:int}", (int count) =>
{
    for (var i = 0; i < count; i++)
        Console.WriteLine($"info: Test[1] line {i}");
    Console.WriteLine("warn: Test[2] careful");
});
if (own.ContainsKey("TEST_IGNORE_TERM"))
    app.Lifetime.ApplicationStopping.Register(() => new ManualResetEventSlim().Wait());
await app.RunAsync();
return 0;
