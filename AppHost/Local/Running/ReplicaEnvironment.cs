using System.Collections;
using Mesh.AppHost.Local.ApplicationModel;

namespace Mesh.AppHost.Local.Running;

/// <summary>The environment contract of Aspire: everything a replica learns from outside.</summary>
internal static class ReplicaEnvironment
{
    // What the app host itself was given must not reach the services by accident.
    private static readonly string[] Withheld =
    [
        "MESH_BIND", "MESH_EXIT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_URLS", "DOTNET_HTTP_PORTS", "DOTNET_HTTPS_PORTS", "URLS",
    ];

    private static readonly string[] WithheldPrefixes = ["services__", "ConnectionStrings__", "Parameters__"];

    /// <param name="isLast">Everything stops after this one: it can leave out what would need the mesh afterwards.</param>
    public static IReadOnlyDictionary<string, string> Of(Replica replica, Addresses addresses, bool isLast)
    {
        var environment = Of(replica, addresses, Inherited());
        if (isLast)
            environment["MESH_EXIT"] = "true";
        return environment;
    }

    public static Dictionary<string, string> Of(Replica replica, Addresses addresses, IReadOnlyDictionary<string, string> inherited)
    {
        var environment = inherited.Where(pair => !IsWithheld(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value);
        // The public door alone: what is behind it trusts whoever reaches it.
        if (replica.Resource.External && inherited.TryGetValue("MESH_BIND", out var address))
            environment["MESH_BIND"] = address;
        AddTelemetry(environment, replica);
        AddEndpoints(environment, replica);
        foreach (var source in replica.Resource.References)
            AddReference(environment, source, addresses);
        foreach (var connection in replica.Resource.Connections)
            AddConnection(environment, connection);
        foreach (var (name, value) in replica.Resource.Variables)
            environment[name] = value(addresses);

        // Services end when their standard input does: see ServiceDefaults. Commands and other programs have a watchdog for that.
        environment.Remove("MESH_PARENT_PIPE");
        if (replica.Resource.WatchesParent)
            environment["MESH_PARENT_PIPE"] = "1";
        BypassProxy(environment);
        return environment;
    }

    private static void AddTelemetry(Dictionary<string, string> environment, Replica replica)
    {
        environment["OTEL_SERVICE_NAME"] = replica.Resource.Name;
        var instance = $"service.instance.id={replica.Suffix}";
        environment["OTEL_RESOURCE_ATTRIBUTES"] =
            environment.TryGetValue("OTEL_RESOURCE_ATTRIBUTES", out var more) && more.Length > 0 ? $"{instance},{more}" : instance;
        if (!environment.ContainsKey("OTEL_EXPORTER_OTLP_ENDPOINT"))
            return;
        environment.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        environment.TryAdd("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
    }

    private static void AddEndpoints(Dictionary<string, string> environment, Replica replica)
    {
        foreach (var endpoint in replica.Resource.Endpoints.Where(endpoint => endpoint.PortVariable is not null))
            environment[endpoint.PortVariable!] = replica.Port(endpoint.Name).ToString();
        var urls = replica.Resource.Endpoints.Where(endpoint => endpoint.PortVariable is null).Select(endpoint => replica.Url(endpoint.Name)).ToList();
        if (urls.Count > 0)
            environment["ASPNETCORE_URLS"] = string.Join(';', urls);
    }

    // Every endpoint here is plain http, so an endpoint's key is its name: "http" is both.
    private static void AddReference(Dictionary<string, string> environment, Resource source, Addresses addresses)
    {
        foreach (var endpoint in source.Endpoints)
        {
            var urls = addresses.Of(source, endpoint.Name);
            for (var i = 0; i < urls.Count; i++)
                environment[$"services__{source.Name}__{endpoint.Name}__{i}"] = urls[i];
            environment[$"{source.Name}_{endpoint.Name}".Replace('-', '_').ToUpperInvariant()] = urls[0];
        }
    }

    private static void AddConnection(Dictionary<string, string> environment, ConnectionReference connection)
    {
        try
        {
            environment[connection.Variable] = connection.Source.ConnectionString!();
        }
        catch (DistributedApplicationException) when (connection.Optional)
        {
        }
    }

    // HttpClient would send even loopback calls to a configured proxy.
    private static void BypassProxy(Dictionary<string, string> environment)
    {
        if (!environment.Keys.Any(name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase) && !name.Equals("no_proxy", StringComparison.OrdinalIgnoreCase)))
            return;
        var given = environment.GetValueOrDefault("no_proxy") ?? environment.GetValueOrDefault("NO_PROXY");
        environment["no_proxy"] = environment["NO_PROXY"] = string.IsNullOrEmpty(given) ? "127.0.0.1,localhost" : $"127.0.0.1,localhost,{given}";
    }

    private static bool IsWithheld(string name) =>
        Withheld.Contains(name, StringComparer.OrdinalIgnoreCase)
        || WithheldPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, string> Inherited() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
}
