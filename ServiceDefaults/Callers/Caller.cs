using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Mesh.ServiceDefaults.Callers;

/// <summary>Who makes a call, in which project, and with which permission checked.</summary>
/// <param name="Principal">"users/admin" for the local administrator, "jobs/{job name}" for a worker.</param>
/// <param name="Project">The project of the request's name or parent; null for calls about the mesh itself.</param>
public sealed record Caller(string Principal, string? Project, string Permission)
{
    /// <summary>Whoever reaches a service on loopback, until identities are verified.</summary>
    public const string LocalAdmin = "users/admin";

    internal static Caller Local(string? project, string permission) => new(LocalAdmin, project, permission);
}

/// <summary>Where a handler finds its caller.</summary>
public static class CallerOfContext
{
    internal static readonly object Key = new();

    /// <exception cref="InvalidOperationException">The call did not pass through the caller interceptor.</exception>
    public static Caller GetCaller(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var caller) ? (Caller)caller : throw new InvalidOperationException("The call has no caller.");
}
