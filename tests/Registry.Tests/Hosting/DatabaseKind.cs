namespace Mesh.Registry.Tests.Hosting;

/// <summary>The same tests run on both databases.</summary>
public enum DatabaseKind
{
    Sqlite,
    Postgres,
}
