using System.Text;
using Grpc.Core;
using Mesh.Cli.Output;
using Mesh.Client.Errors;

namespace Mesh.Cli.Running;

/// <summary>What is said about a command that failed: what happened, where, and what to do.</summary>
internal static class Failure
{
    /// <returns>The exit code, and the message without the program's name.</returns>
    public static (int ExitCode, string Message) Describe(Exception e, Uri? address) => e switch
    {
        CommandException command => (command.ExitCode, command.Message),
        MeshApiException api => Describe(api, address),
        InvalidDataException or IOException or UnauthorizedAccessException => (ExitCode.Failed, e.Message),
        _ => (ExitCode.Failed, $"Unexpected {e.GetType().Name}: {Printable.Line(e.Message)}"),
    };

    private static (int, string) Describe(MeshApiException e, Uri? address)
    {
        var where = address?.ToString().TrimEnd('/');
        var transport = e.Status.DebugException is HttpRequestException or IOException || e.Status.DebugException?.InnerException is IOException;
        return e.StatusCode switch
        {
            StatusCode.Unavailable when e.Reason.Length == 0 && IsRefused(e) =>
                (ExitCode.Unreachable, $"No mesh answers at {where}. Start one: dotnet run -c Release --project AppHost"),
            StatusCode.Unavailable or StatusCode.Internal when e.Reason.Length == 0 && transport =>
                (ExitCode.Unreachable, $"What answers at {where} does not speak gRPC, or broke off. The gateway's gRPC port is 8001 unless it was started with another."),
            StatusCode.Unavailable =>
                (ExitCode.Unreachable, $"The mesh at {where} is there, but not all of it: {Printable.Line(e.Status.Detail)} Try again in a few seconds; `mesh status` shows what is missing."),
            StatusCode.DeadlineExceeded =>
                (ExitCode.Unreachable, $"The mesh at {where} did not answer in time. `mesh status` shows what is missing."),
            _ => (ExitCode.Failed, Refusal(e)),
        };
    }

    private static string Refusal(MeshApiException e)
    {
        if (e.Violations.Count == 0)
        {
            return e.Reason.Length > 0 ? $"{Printable.Line(e.Status.Detail)} [{e.Reason}]" : $"{Printable.Line(e.Status.Detail)} [{e.StatusCode}]";
        }

        var text = new StringBuilder("The mesh refused the request:");
        foreach (var violation in e.Violations)
        {
            text.Append($"\n  {Printable.Line(violation.Field)}: {Printable.Line(violation.Description)}");
        }

        return text.ToString();
    }

    private static bool IsRefused(MeshApiException e)
    {
        for (var cause = e.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is System.Net.Sockets.SocketException)
            {
                return true;
            }
        }

        return false;
    }
}
