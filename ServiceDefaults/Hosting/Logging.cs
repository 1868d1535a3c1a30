using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>One line per entry, level first, so that the app host can sort warnings out of the stream.</summary>
internal static class Logging
{
    private static readonly (string Category, LogLevel Least)[] Levels =
    [
        // An Information line per request costs half the throughput of a predict call.
        ("Microsoft", LogLevel.Warning),
        ("System", LogLevel.Warning),
        ("Grpc", LogLevel.Warning),
        // A stack trace for each call that meets a restarting service says no more than the answer to its caller.
        ("Yarp", LogLevel.Error),
        // ErrorInterceptor logs what matters, once; grpc-dotnet would log every handled RpcException again.
        ("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None),
        // EF logs a lost race for a unique key as an error although the store handles it, and a commit that is called off
        // because the caller has gone; what is not handled is logged where it surfaces.
        ("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None),
        ("Microsoft.EntityFrameworkCore.Update", LogLevel.None),
        ("Microsoft.EntityFrameworkCore.Database.Connection", LogLevel.None),
        ("Microsoft.EntityFrameworkCore.Database.Transaction", LogLevel.None),
        // StartFailure says why a start failed; what is critical is the end of a background service, with its exception.
        ("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical),
        // A probe that finds a starting service not ready yet is no failure; whoever probes says what it means.
        ("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None),
        ("Microsoft.Hosting.Lifetime", LogLevel.Warning),
    ];

    public static void AddMeshLogging(this IHostApplicationBuilder builder)
    {
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.IncludeScopes = false;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        // Below every other source, so that an operator can turn each on: Logging__LogLevel__Microsoft=Debug.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = Levels.Select(level => KeyValuePair.Create($"Logging:LogLevel:{level.Category}", (string?)level.Least.ToString())),
        });
    }
}
