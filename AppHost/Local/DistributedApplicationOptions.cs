namespace Mesh.AppHost.Local;

/// <summary>How the builder is made: the command line, and the folder that relative project paths start from.</summary>
public sealed class DistributedApplicationOptions
{
    public string[]? Args { get; set; }

    public string? ProjectDirectory { get; set; }
}
