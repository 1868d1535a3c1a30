namespace Mesh.AppHost.Local;

/// <summary>The local runner only ever runs; it publishes no manifests.</summary>
public class DistributedApplicationExecutionContext
{
    internal DistributedApplicationExecutionContext()
    {
    }

    public bool IsPublishMode => false;

    public bool IsRunMode => true;
}
