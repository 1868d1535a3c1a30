using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Mesh.Tests.Shared;
using Xunit;

namespace Mesh.Gateway.Tests;

/// <summary>The gateway as the program that is deployed.</summary>
public class GatewayProcessTests
{
    [Fact]
    public async Task The_program_starts_answers_and_stops_on_SIGTERM()
    {
        var cancel = TestContext.Current.CancellationToken;
        var port = FreePort();
        using var gateway = Start(new() { ["MESH_GRPC_PORT"] = $"{port}" });
        try
        {
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
            await Eventually.BecomesTrueAsync(async () =>
            {
                Assert.False(gateway.HasExited);
                try
                {
                    return (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: cancel)).Status == HealthCheckResponse.Types.ServingStatus.Serving;
                }
                catch (RpcException)
                {
                    return false;
                }
            }, TimeSpan.FromSeconds(60), "the gateway answers");
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
            RedirectStandardError = true,
            Environment = { ["MESH_PARENT_PIPE"] = "1" },
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
