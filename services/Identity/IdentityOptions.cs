using System.ComponentModel.DataAnnotations;

namespace Mesh.Identity;

/// <summary>Settings of the Identity service, section "Identity".</summary>
public sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>
    /// How long a deletion waits for each service to say whether the project is empty. Longer rides out a restarting
    /// service; the caller of DeleteProject waits that long. A project whose deletion was cut off takes nothing new for
    /// twice as long. With PostgreSQL a service takes 3 s to answer, in case other replicas of it still create something.
    /// </summary>
    [Range(5, 300)]
    public int ContentsTimeoutSeconds { get; set; } = 15;
}
