using System.ComponentModel.DataAnnotations;

namespace Mesh.Identity;

/// <summary>Settings of the Identity service, section "Identity".</summary>
public sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>
    /// How long a deletion waits for each service to say whether the project is empty. Longer rides out a restarting
    /// service; the caller of DeleteProject waits that long.
    /// </summary>
    [Range(1, 300)]
    public int ContentsTimeoutSeconds { get; set; } = 15;
}
