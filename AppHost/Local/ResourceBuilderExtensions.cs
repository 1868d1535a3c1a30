using Mesh.AppHost.Local.ApplicationModel;
using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Local;

/// <summary>What every kind of resource can be given. Names, parameters and defaults are Aspire's.</summary>
public static class ResourceBuilderExtensions
{
    /// <param name="port">The fixed port; a free one if null.</param>
    /// <param name="targetPort">The port the program itself listens on. There is no proxy here, so it is the same port.</param>
    /// <param name="env">The environment variable that carries the port; without it the endpoint is part of <c>ASPNETCORE_URLS</c>.</param>
    /// <param name="isProxied">Endpoints are never proxied by the local runner.</param>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints
    {
        var endpoints = builder.Model().Endpoints;
        var endpoint = new Endpoint(name ?? "http", port ?? targetPort, env);
        if (endpoints.Any(other => other.Name == endpoint.Name))
            throw new DistributedApplicationException($"{builder.Resource.Name} has two endpoints called '{endpoint.Name}'.");
        endpoints.Add(endpoint);
        return builder;
    }

    /// <summary>The addresses that are announced once the mesh is ready.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEndpoints
    {
        builder.Model().External = true;
        return builder;
    }

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        builder.Model().HealthCheck = new HealthCheck(path ?? "/", statusCode ?? 200, endpointName ?? "http");
        return builder;
    }

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints => new(builder.Model(), name);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment => builder.WithVariable(name, _ => value ?? "");

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment
    {
        builder.Model().Addressed.Add(endpointReference.Owner);
        return builder.WithVariable(name, addresses => addresses.Of(endpointReference.Owner, endpointReference.EndpointName)[0]);
    }

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment => builder.WithVariable(name, _ => parameter.Resource.Value());

    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args)
        where T : IResourceWithArgs
    {
        builder.Model().Arguments.AddRange(args);
        return builder;
    }

    /// <summary>Gives the addresses of every endpoint of every replica of <paramref name="source"/>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        builder.Model().References.Add(source.Model());
        builder.Model().Addressed.Add(source.Model());
        return builder;
    }

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var variable = source.Resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName ?? source.Resource.Name}";
        builder.Model().Connections.Add(new ConnectionReference(source.Model(), variable, optional));
        return builder;
    }

    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
    {
        builder.Model().Waits.Add(new Wait(dependency.Model(), ExitCode: null));
        return builder;
    }

    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        builder.Model().Waits.Add(new Wait(dependency.Model(), exitCode));
        dependency.Model().RunsOnce = true;
        return builder;
    }

    /// <summary>Not started with the rest: it is a command of the app host, named on its command line.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource
    {
        builder.Model().ExplicitStart = true;
        return builder;
    }

    private static Resource Model<T>(this IResourceBuilder<T> builder) where T : IResource => (Resource)(IResource)builder.Resource;

    private static IResourceBuilder<T> WithVariable<T>(this IResourceBuilder<T> builder, string name, Func<Addresses, string> value)
        where T : IResource
    {
        builder.Model().Variables[name] = value;
        return builder;
    }
}
