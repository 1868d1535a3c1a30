using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local;

/// <summary>PostgreSQL. The local runner starts no containers: each database's connection string must be configured.</summary>
public static class PostgresBuilderExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null) =>
        builder.Add(new PostgresServerResource(name));

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null) =>
        builder.ApplicationBuilder.Add(new PostgresDatabaseResource(name)
        {
            ConnectionString = ParameterResourceBuilderExtensions.ConnectionString(builder.ApplicationBuilder, name),
        });
}
