using System.Diagnostics;
using System.Reflection;

namespace Mesh.Jobs.Launching;

/// <summary>The program that runs, to be started again as a child that does one thing.</summary>
public static class OwnProgram
{
    /// <summary>How it is started with a verb.</summary>
    public static string[] Command(string verb)
    {
        var host = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, "exec", Assembly.GetEntryAssembly()!.Location, verb] : [host, verb];
    }

    /// <summary>A start with all standard streams in the parent's hands, and without the parent's rights: no database, none of its ports.</summary>
    public static ProcessStartInfo Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] own = ["MESH_PARENT_PIPE", "MESH_GRPC_PORT", "MESH_HTTP_PORT", "MESH_BIND", "ASPNETCORE_URLS"];
        foreach (var key in start.Environment.Keys.Where(k => own.Contains(k) || k.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(key);
        }

        return start;
    }
}
