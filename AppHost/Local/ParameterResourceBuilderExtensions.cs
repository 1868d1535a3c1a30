using Mesh.AppHost.Local.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Mesh.AppHost.Local;

/// <summary>Values from the app host's configuration: <c>Parameters:{name}</c> and <c>ConnectionStrings:{name}</c>.</summary>
public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.Add(new ConnectionStringResource(name, environmentVariableName) { ConnectionString = ConnectionString(builder, name) });

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.Add(new ParameterResource(name, secret, () => builder.Configuration[$"Parameters:{name}"]
            ?? throw new DistributedApplicationException($"the parameter '{name}' has no value; set Parameters__{name}.")));

    internal static Func<string> ConnectionString(IDistributedApplicationBuilder builder, string name) =>
        () => builder.Configuration.GetConnectionString(name)
            ?? throw new DistributedApplicationException(
                $"no connection string for '{name}'; set ConnectionStrings__{name}. (Containers are started by Aspire only.)");

    internal static IResourceBuilder<T> Add<T>(this IDistributedApplicationBuilder builder, T resource) where T : Resource =>
        ((DistributedApplicationBuilder)builder).AddResource(resource);
}
