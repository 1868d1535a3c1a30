namespace Mesh.AppHost.Local.ApplicationModel;

internal sealed class ConnectionStringResource(string name, string? environmentVariable) : Resource(name), IResourceWithConnectionString
{
    public string? ConnectionStringEnvironmentVariable => environmentVariable;
}

/// <summary>A PostgreSQL server, which holds databases.</summary>
public class PostgresServerResource : Resource
{
    internal PostgresServerResource(string name) : base(name)
    {
    }
}

/// <summary>A database on a PostgreSQL server.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithConnectionString
{
    internal PostgresDatabaseResource(string name) : base(name)
    {
    }
}
