using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local;

/// <summary>Redis. The local runner starts no containers: the connection string must be configured.</summary>
public static class RedisBuilderExtensions
{
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null) =>
        builder.Add(new RedisResource(name) { ConnectionString = ParameterResourceBuilderExtensions.ConnectionString(builder, name) });
}
