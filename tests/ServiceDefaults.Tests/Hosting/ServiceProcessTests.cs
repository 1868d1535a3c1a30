using System.Net;
using System.Net.Sockets;
using Mesh.Tests.Shared;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Mesh.ServiceDefaults.Tests.Hosting;

/// <summary>What a service does at its start and end that only a real process shows.</summary>
public class ServiceProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_ends_when_its_parent_is_gone()
    {
        using var state = new TemporaryFolder();
        await using var service = await StartAsync(state);
        service.CloseInput();
        Assert.Equal(0, await service.ExitCodeAsync());
        Assert.Contains(service.Lines, line => line.Contains("The process that started this service is gone; stopping."));
    }

    [Fact]
    public async Task A_second_process_on_the_same_SQLite_file_is_refused_and_the_first_goes_on()
    {
        using var state = new TemporaryFolder();
        await using var first = await StartAsync(state);
        await using var second = ServiceProcess.Start(("MESH_STATE", state.Path));
        await RefusedAsync(second, "identity.db is in use by another process. One SQLite file serves one process; set ConnectionStrings__mesh");
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task After_the_first_is_gone_the_file_is_free_again()
    {
        using var state = new TemporaryFolder();
        await (await StartAsync(state)).DisposeAsync();
        await using var second = await StartAsync(state);
        Assert.False(second.HasExited);
    }

    [Fact]
    public async Task A_kill_while_the_database_was_migrated_does_not_stop_the_next_start()
    {
        using var state = new TemporaryFolder();
        await (await StartAsync(state)).DisposeAsync();
        // What EF leaves behind when the process ends between taking and freeing its lock.
        await using (var db = new SqliteConnection($"Data Source={state.File("identity", "identity.db")};Pooling=false"))
        {
            await db.OpenAsync(TestContext.Current.CancellationToken);
            await using var held = db.CreateCommand();
            held.CommandText = """
                CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" ("Id", "Timestamp") VALUES (1, '2026-01-01 00:00:00+00:00');
                """;
            await held.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var again = await StartAsync(state);
        Assert.False(again.HasExited);
    }

    [Fact]
    public async Task It_ends_with_its_parent_also_when_its_start_hangs()
    {
        using var state = new TemporaryFolder();
        // A PostgreSQL that takes connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var service = ServiceProcess.Start(("MESH_STATE", state.Path), ("ConnectionStrings__mesh", $"Host=127.0.0.1;Port={port};Username=mesh;Timeout=0"));
        using var migrating = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        service.CloseInput();
        Assert.Equal(1, await service.ExitCodeAsync());
    }

    [Fact]
    public async Task A_state_folder_may_have_any_name()
    {
        using var folder = new TemporaryFolder();
        var state = folder.File("a;b='c");
        await using var service = await StartAsync(state);
        Assert.True(File.Exists(Path.Combine(state, "identity", "identity.db")));
    }

    [Fact]
    public async Task A_lock_file_that_cannot_be_opened_is_not_said_to_be_held()
    {
        using var state = new TemporaryFolder();
        Directory.CreateDirectory(state.File("identity"));
        // Leads to itself: neither there nor held by anyone.
        File.CreateSymbolicLink(state.File("identity", "identity.db.lock"), state.File("identity", "identity.db.lock"));
        await using var service = ServiceProcess.Start(("MESH_STATE", state.Path));
        await RefusedAsync(service, "the state folder cannot be used");
    }

    [Theory]
    [InlineData("MESH_GRPC_PORT")]
    [InlineData("MESH_HTTP_PORT")]
    public async Task A_port_that_is_taken_is_one_line(string setting)
    {
        using var state = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var service = ServiceProcess.Start(("MESH_STATE", state.Path), (setting, $"{port}"));
        await RefusedAsync(service, $"127.0.0.1:{port}", "address already in use");
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_made_is_one_line()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", TestContext.Current.CancellationToken);
        await using var service = ServiceProcess.Start(("MESH_STATE", folder.File("file", "state")));
        await RefusedAsync(service, "the state folder cannot be used", folder.File("file"));
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_written_is_one_line()
    {
        // Not even root may create files there.
        await using var service = ServiceProcess.Start(("MESH_STATE", "/proc/mesh"));
        await RefusedAsync(service, "the state folder cannot be used", "/proc/mesh");
    }

    [Fact]
    public async Task A_database_file_that_is_none_is_one_line()
    {
        using var state = new TemporaryFolder();
        Directory.CreateDirectory(state.File("identity"));
        await File.WriteAllTextAsync(state.File("identity", "identity.db"), new string('x', 10_000), TestContext.Current.CancellationToken);
        await using var service = ServiceProcess.Start(("MESH_STATE", state.Path));
        await RefusedAsync(service, "the database cannot be used");
    }

    [Fact]
    public async Task A_PostgreSQL_that_does_not_answer_is_one_line()
    {
        using var state = new TemporaryFolder();
        await using var service = ServiceProcess.Start(("MESH_STATE", state.Path), ("ConnectionStrings__mesh", "Host=127.0.0.1;Port=9;Username=mesh;Password=hush;Timeout=2"));
        await RefusedAsync(service, "the database cannot be used");
        Assert.DoesNotContain(service.Lines, line => line.Contains("hush"));
    }

    [Theory]
    [InlineData("MESH_GRPC_PORT", "eighty", "MESH_GRPC_PORT: \"eighty\" is not a port")]
    [InlineData("MESH_HTTP_PORT", "65536", "MESH_HTTP_PORT: \"65536\" is not a port")]
    [InlineData("MESH_BIND", "localhost", "MESH_BIND: \"localhost\" is not an IP address")]
    [InlineData("Identity__ContentsTimeoutSeconds", "0", "ContentsTimeoutSeconds")]
    public async Task A_setting_that_is_wrong_is_one_line(string setting, string value, string expected)
    {
        using var state = new TemporaryFolder();
        await using var service = ServiceProcess.Start(("MESH_STATE", state.Path), (setting, value));
        await RefusedAsync(service, expected);
    }

    private static async Task RefusedAsync(ServiceProcess service, params string[] expected)
    {
        Assert.Equal(1, await service.ExitCodeAsync());
        var line = Assert.Single(service.Lines);
        Assert.StartsWith("crit: ", line);
        Assert.All(expected, text => Assert.Contains(text, line));
    }

    private static Task<ServiceProcess> StartAsync(TemporaryFolder state) => StartAsync(state.Path);

    private static async Task<ServiceProcess> StartAsync(string state)
    {
        var service = ServiceProcess.Start(("MESH_STATE", state));
        using var client = new HttpClient();
        await Eventually.BecomesTrueAsync(async () =>
        {
            Assert.False(service.HasExited, string.Join('\n', service.Lines));
            return service.HttpAddress is { } address
                && await client.GetStringAsync($"{address}/health", TestContext.Current.CancellationToken) == "Healthy";
        }, Patience, "the service answers");
        return service;
    }
}
