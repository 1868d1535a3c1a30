namespace Mesh.Identity.Storage;

public sealed class ProjectRow
{
    /// <summary>The project's id: "default".</summary>
    public required string Id { get; init; }

    public required string DisplayName { get; set; }

    /// <summary>
    /// Set while a deletion checks it for contents and nothing new may be created in it. Ends by itself, so that no project
    /// stays locked when the process that checks it dies.
    /// </summary>
    public long? DeletingSinceTicks { get; set; }

    public required string Creator { get; init; }

    public required long CreatedTicks { get; init; }
}
