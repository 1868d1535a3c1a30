using System.Diagnostics;
using System.Text.RegularExpressions;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Xunit;

namespace Mesh.Gateway.Tests;

/// <summary>The gateway as the program that is deployed.</summary>
public class GatewayProcessTests
{
    [Fact]
    public async Task The_program_starts_answers_and_stops_on_SIGTERM()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var gateway = Start([]);
        try
        {
            using var channel = GrpcChannel.ForAddress(await AddressAsync(gateway, cancel).WaitAsync(TimeSpan.FromSeconds(60), cancel));
            var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: cancel);
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
            using var term = Process.Start("kill", ["-TERM", $"{gateway.Id}"]);
            await gateway.WaitForExitAsync(cancel).WaitAsync(TimeSpan.FromSeconds(30), cancel);
            Assert.Equal(0, gateway.ExitCode);
        }
        finally
        {
            if (!gateway.HasExited)
            {
                gateway.Kill();
            }
        }
    }

    [Fact]
    public async Task A_setting_out_of_range_is_named_and_refused()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var gateway = Start(new() { ["Gateway__ActivityTimeoutSeconds"] = "1", ["Gateway__HoldSeconds"] = "-1" });
        var errors = await gateway.StandardError.ReadToEndAsync(cancel);
        await gateway.WaitForExitAsync(cancel);
        Assert.Equal(1, gateway.ExitCode);
        Assert.Contains("ActivityTimeoutSeconds", errors);
        Assert.Contains("HoldSeconds", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private static Process Start(Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "Mesh.Gateway.dll") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MESH_PARENT_PIPE"] = "1" },
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Where it says it takes gRPC.</summary>
    private static async Task<string> AddressAsync(Process gateway, CancellationToken cancel)
    {
        while (await gateway.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (Regex.Match(line, @"Listening on (\S+) \(gRPC\)") is { Success: true } found)
            {
                return found.Groups[1].Value;
            }
        }

        throw new InvalidOperationException("The gateway ended before it listened.");
    }
}
