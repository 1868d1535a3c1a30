using System.Diagnostics;
using Xunit;

namespace Mesh.Ingest.Tests.Hosting;

/// <summary>The `mesh` program as people run it.</summary>
internal static class MeshCommand
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Process Start(GatewayProcess gateway, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { ["MESH_GATEWAY_GRPC"] = gateway.Grpc.ToString(), ["MESH_GATEWAY_HTTP"] = gateway.Http.ToString() },
        };
        foreach (var argument in new[] { "exec", Path.Combine(AppContext.BaseDirectory, "mesh.dll") }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <returns>Standard output; the command succeeded.</returns>
    public static async Task<string> RunAsync(GatewayProcess gateway, params string[] arguments)
    {
        using var command = Start(gateway, arguments);
        return await EndAsync(command);
    }

    public static async Task<string> EndAsync(Process command)
    {
        var errors = command.StandardError.ReadToEndAsync(Cancel);
        var output = await command.StandardOutput.ReadToEndAsync(Cancel);
        await command.WaitForExitAsync(Cancel);
        Assert.True(command.ExitCode == 0, $"mesh ended with {command.ExitCode}:\n{output}\n{await errors}");
        return output;
    }
}
