using System.Diagnostics;
using System.Text;
using Npgsql;

namespace Mesh.Tests.Shared;

/// <summary>
/// A private PostgreSQL on a Unix socket in a temporary folder: no port to collide on, no password, no fsync.
/// It ends with the test process however that ends: its shell waits for the end of its standard input, then stops the server and removes the folder.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(StartSharedAsync);

    private readonly Process shell;
    private readonly string folder;
    private readonly StringBuilder output = new();
    private int databases;

    private PostgresServer(Process shell, string folder)
    {
        this.shell = shell;
        this.folder = folder;
        DataReceivedEventHandler collect = (_, line) =>
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        };
        shell.OutputDataReceived += collect;
        shell.ErrorDataReceived += collect;
    }

    /// <summary>The one server of this test process, started at first use (about 2 s), stopped at process exit. Do not dispose it.</summary>
    public static Task<PostgresServer> SharedAsync() => SharedServer.Value;

    /// <summary>A server of one's own, for tests that stop or break it.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or did not start (its log is in the message).</exception>
    public static async Task<PostgresServer> StartAsync()
    {
        var folder = PostgresProgram.NewFolderName();
        var shell = new Process { StartInfo = PostgresProgram.ServerShell(folder, Superuser) };
        var server = new PostgresServer(shell, folder);
        shell.Start();
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        try
        {
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"mesh_{Interlocked.Increment(ref databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres", pooling: false));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name, pooling: true);
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private void Stop() => shell.StandardInput.Close();

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = folder,
        Username = Superuser,
        Database = database,
        Pooling = pooling,
        IncludeErrorDetail = true,
    }.ConnectionString;

    private async Task WaitUntilReadyAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException notYet)
            {
                if (shell.HasExited || clock.Elapsed > StartTimeout)
                {
                    throw new InvalidOperationException($"PostgreSQL did not start:\n{Log()}", notYet);
                }
                await Task.Delay(30);
            }
        }
    }

    private string Log()
    {
        lock (output)
        {
            return output.ToString();
        }
    }

    private static async Task<PostgresServer> StartSharedAsync()
    {
        var server = await StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            server.Stop();
            server.shell.WaitForExit(TimeSpan.FromSeconds(10));
        };
        return server;
    }
}
