using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local;

/// <summary>Any other program as a resource.</summary>
public static class ExecutableResourceBuilderExtensions
{
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        var resource = new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory));
        resource.Arguments.AddRange(args ?? []);
        return builder.Add(resource);
    }
}
