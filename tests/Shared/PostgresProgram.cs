using System.Diagnostics;

namespace Mesh.Tests.Shared;

/// <summary>Where PostgreSQL's programs are, and the shell script that runs a server for as long as its standard input is open.</summary>
internal static class PostgresProgram
{
    // $1 folder, $2 programs, $3 superuser. Signals meant for the test run's process group must not end the shell before it has cleaned up.
    private const string Script = """
        trap '' INT TERM HUP
        umask 077
        mkdir "$1" || exit 1
        "$2/initdb" -D "$1/data" -U "$3" -A trust -E UTF8 --locale=C --no-sync >"$1/log" 2>&1 || { cat "$1/log"; rm -rf "$1"; exit 1; }
        "$2/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c max_connections=200 -c shared_buffers=32MB \
            -c fsync=off -c full_page_writes=off -c synchronous_commit=off </dev/null >>"$1/log" 2>&1 &
        server=$!
        exec 3<&0
        (cat <&3 >/dev/null; kill -QUIT $server) 2>/dev/null &
        wait $server || cat "$1/log"
        rm -rf "$1"
        """;

    // A Unix socket's path is limited to 107 bytes, so a deep temporary folder is not used.
    public static string NewFolderName() =>
        Path.Combine(Path.GetTempPath() is { Length: < 60 } folder ? folder : "/tmp", $"mesh-postgres-{Guid.NewGuid():N}");

    public static ProcessStartInfo ServerShell(string folder, string superuser)
    {
        // PostgreSQL refuses to run as root.
        string[] asPostgres = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        string[] command = [.. asPostgres, "/bin/sh", "-c", Script, "sh", folder, Find(), superuser];
        return new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private static string Find()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var packaged = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin"))
            : [];
        return packaged.Concat(onPath)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")))
            ?? throw new InvalidOperationException(
                "PostgreSQL is not installed, and these tests run against a real one: apt-get install postgresql");
    }
}
