using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local;

/// <summary>.NET projects as resources: built beforehand, started as <c>dotnet exec</c> of their output.</summary>
public static class ProjectResourceBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        builder.Add(new ProjectResource(name, Path.GetFullPath(projectPath, builder.AppHostDirectory)));

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replicas);
        builder.Resource.Replicas = replicas;
        return builder;
    }
}
