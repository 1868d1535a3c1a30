namespace Mesh.AppHost.Local.ApplicationModel;

/// <summary>Something the mesh is made of.</summary>
public interface IResource
{
    string Name { get; }
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

public interface IResourceWithWaitSupport : IResource;

public interface IResourceWithConnectionString : IResource
{
    /// <summary>The variable that carries it; <c>ConnectionStrings__{name}</c> if null.</summary>
    string? ConnectionStringEnvironmentVariable => null;
}
