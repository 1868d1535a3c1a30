using System.ComponentModel.DataAnnotations;

namespace Mesh.Gateway;

/// <summary>Settings of the gateway, section "Gateway".</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>
    /// Largest inference body that is kept in memory until its answer has come, so that another replica can be asked
    /// when the first dies. Larger bodies are streamed through and not replayed.
    /// </summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int ReplayBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Memory for all kept bodies and answers together, beyond the first 16 KiB of each. When it is used up, further
    /// calls are streamed: they still work, but end with UNAVAILABLE when their replica dies.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long ReplayMemoryBytes { get; set; } = 512L * 1024 * 1024;

    /// <summary>Largest body of any inference or REST call. gRPC calls of other services are limited by the service alone.</summary>
    [Range(1024 * 1024, int.MaxValue)]
    public long MaxBodyBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How long an inference call without a deadline waits for a replica that is ready with its model, not counting the
    /// time for which one that then died worked on it. Longer hides a restart of every replica; callers wait that long
    /// before they hear UNAVAILABLE.
    /// </summary>
    [Range(0, 600)]
    public int HoldSeconds { get; set; } = 10;

    /// <summary>How many calls may wait for a replica at once; more are refused at once.</summary>
    [Range(0, 100_000)]
    public int MaxHeldCalls { get; set; } = 1000;

    /// <summary>A replica that broke a connection gets no calls for this long, unless no other is left.</summary>
    [Range(0.1, 600)]
    public double SuspectSeconds { get; set; } = 2;

    /// <summary>
    /// A replica on which calls wait is asked for a sign of life after this long, and given up after as long again.
    /// Shorter finds one that hangs sooner, and gives up one that is only slow to be scheduled.
    /// </summary>
    [Range(1, 60)]
    public int PingSeconds { get; set; } = 5;

    /// <summary>
    /// How long a deployment whose replicas all vanished is waited for, rather than said not to exist. Longer than a
    /// replica takes to start and load its models.
    /// </summary>
    [Range(0, 3600)]
    public int LostDeploymentSeconds { get; set; } = 60;

    /// <summary>
    /// A forwarded call on which nothing moves for this long is cut. Watches send something every 15 s, so this only
    /// ends calls whose service hangs.
    /// </summary>
    [Range(20, 3600)]
    public int ActivityTimeoutSeconds { get; set; } = 100;
}
