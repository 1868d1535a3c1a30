using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Mesh.ServiceDefaults.Hosting;

/// <summary>Turns the usual reasons why a service cannot start into one clear line.</summary>
internal static class StartFailure
{
    /// <returns>The line, or null for a failure that deserves its stack trace.</returns>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException e => string.Join("; ", e.Failures),
        StartException e => e.Message,
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } e => e.Message,
        IOException { InnerException: SocketException or Microsoft.AspNetCore.Connections.AddressInUseException } e => e.Message,
        IOException e => $"the state folder cannot be used: {e.Message}",
        DbException e => $"the database cannot be used: {e.Message}",
        InvalidOperationException { InnerException: DbException e } => $"the database cannot be used: {e.Message}",
        UnauthorizedAccessException e => $"the state folder cannot be used: {e.Message}",
        _ => null,
    };
}

/// <summary>A reason not to start that the operator can act on; the message is printed as it is.</summary>
public sealed class StartException(string message) : Exception(message);
