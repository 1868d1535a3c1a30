namespace Mesh.AppHost.Local.ApplicationModel;

/// <summary>A .NET project, started from its build output.</summary>
public class ProjectResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    internal ProjectResource(string name, string projectPath) : base(name) => ProjectPath = projectPath;

    internal string ProjectPath { get; }
}
