namespace Mesh.Identity.Storage;

public sealed class ProjectRow
{
    /// <summary>The project's id: "default".</summary>
    public required string Id { get; init; }

    public required string DisplayName { get; set; }

    /// <summary>Being checked for contents; nothing new may be created in it.</summary>
    public bool Deleting { get; set; }

    public required string Creator { get; init; }

    public required long CreatedTicks { get; init; }
}
