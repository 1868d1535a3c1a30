namespace Mesh.AppHost.Local.ApplicationModel;

/// <summary>A program that knows nothing of the mesh.</summary>
public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    internal ExecutableResource(string name, string command, string workingDirectory) : base(name) =>
        (Command, WorkingDirectory) = (command, workingDirectory);

    public string Command { get; }

    public string WorkingDirectory { get; }
}
