using Mesh.AppHost.Local.Running;

namespace Mesh.AppHost.Local.ApplicationModel;

/// <summary>What is known of a resource before anything runs.</summary>
public abstract class Resource : IResource
{
    private protected Resource(string name)
    {
        // The name becomes part of variables and file names.
        if (name.Length is 0 or > 64 || !char.IsAsciiLetter(name[0]) || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
            throw new DistributedApplicationException($"'{name}' cannot name a resource: a letter, then letters, digits and hyphens, at most 64.");
        Name = name;
    }

    public virtual string Name { get; }

    internal List<Endpoint> Endpoints { get; } = [];

    internal List<string> Arguments { get; } = [];

    internal Dictionary<string, Func<Addresses, string>> Variables { get; } = [];

    internal List<Resource> References { get; } = [];

    /// <summary>Every resource whose address stands somewhere in this one's environment.</summary>
    internal HashSet<Resource> Addressed { get; } = [];

    internal List<ConnectionReference> Connections { get; } = [];

    internal List<Wait> Waits { get; } = [];

    internal HealthCheck? HealthCheck { get; set; }

    internal int Replicas { get; set; } = 1;

    internal bool External { get; set; }

    internal bool ExplicitStart { get; set; }

    /// <summary>Somebody waits for it to end, so it is not started again.</summary>
    internal bool RunsOnce { get; set; }

    /// <summary>The configured connection string of something outside the mesh; throws if it is missing.</summary>
    internal Func<string>? ConnectionString { get; init; }

    /// <summary>True for what ends by itself when its standard input does.</summary>
    internal bool WatchesParent => this is ProjectResource && !ExplicitStart;

    internal bool IsProcess => this is ProjectResource or ExecutableResource;
}

internal sealed record Endpoint(string Name, int? Port, string? PortVariable);

internal sealed record HealthCheck(string Path, int StatusCode, string EndpointName);

internal sealed record ConnectionReference(Resource Source, string Variable, bool Optional);

/// <param name="Dependency">What must be healthy, or have ended.</param>
/// <param name="ExitCode">Null: wait until it is healthy. Otherwise until it has ended with this code.</param>
internal sealed record Wait(Resource Dependency, int? ExitCode);
