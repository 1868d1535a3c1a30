using Mesh.AppHost.Local.ApplicationModel;
using Mesh.AppHost.Local.Processes;

namespace Mesh.AppHost.Local.Running;

/// <summary>The described resources as replicas with ports, checked: everything is built, fixed ports are free, nothing waits for itself.</summary>
internal sealed class MeshModel
{
    private readonly Dictionary<Resource, Replica[]> replicas;
    private readonly Dictionary<string, string> programs = [];
    private readonly Dictionary<int, string> fixedPorts = [];

    private MeshModel(IReadOnlyList<Resource> resources, string stateDirectory)
    {
        Resources = [.. resources.Where(resource => resource.IsProcess)];
        replicas = Resources.ToDictionary(
            resource => resource,
            resource => Enumerable.Range(0, resource.Replicas).Select(index => new Replica(resource, index, stateDirectory)).ToArray());
        Addresses = new Addresses(replicas);
    }

    public IReadOnlyList<Resource> Resources { get; }

    public Addresses Addresses { get; }

    /// <exception cref="DistributedApplicationException">What the operator has to put right.</exception>
    public static MeshModel Create(DistributedApplicationBuilder builder)
    {
        var model = new MeshModel(builder.Resources, builder.StateDirectory);
        foreach (var resource in model.Resources)
            model.Check(resource);
        model.AssignPorts();
        return model;
    }

    public IReadOnlyList<Replica> ReplicasOf(Resource resource) => replicas[resource];

    /// <param name="command">Set for a command: it runs in this terminal, with what was passed on to it.</param>
    public Launch LaunchOf(Replica replica, CommandLine? command = null)
    {
        var environment = ReplicaEnvironment.Of(replica, Addresses, isLast: command?.Exit == true);
        var more = command?.Forwarded ?? [];
        var foreground = command is not null;
        return replica.Resource switch
        {
            ProjectResource project => new Launch(
                BuiltProject.Dotnet,
                ["exec", programs[project.Name], .. project.Arguments, .. more],
                // A command takes the operator's relative paths.
                foreground ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(project.ProjectPath)!,
                environment,
                project.WatchesParent,
                foreground),
            ExecutableResource executable => new Launch(
                executable.Command, [.. executable.Arguments, .. more], executable.WorkingDirectory, environment, executable.WatchesParent, foreground),
            _ => throw new InvalidOperationException($"{replica.Name} is not a process."),
        };
    }

    /// <summary>Gives a replica new ports in place of those that somebody else has taken meanwhile; false if none was.</summary>
    public bool ReplaceTakenPorts(Replica replica)
    {
        var taken = replica.Resource.Endpoints.Where(endpoint => endpoint.Port is null && !FreePorts.IsFree(replica.Port(endpoint.Name))).ToList();
        foreach (var (endpoint, port) in taken.Zip(FreePorts.Take(taken.Count, fixedPorts.Keys)))
            replica.Assign(endpoint, port);
        return taken.Count > 0;
    }

    private void Check(Resource resource)
    {
        if (resource is ProjectResource project)
            programs[project.Name] = BuiltProject.Find(project.Name, project.ProjectPath);
        if (resource.HealthCheck is { } check && resource.Endpoints.All(endpoint => endpoint.Name != check.EndpointName))
            throw new DistributedApplicationException($"{resource.Name} is to be probed on '{check.EndpointName}', which it does not have.");
        if (resource.Replicas > 1 && resource.Endpoints.Any(endpoint => endpoint.Port is not null))
            throw new DistributedApplicationException($"{resource.Name} has a fixed port and so only one replica.");
        foreach (var connection in resource.Connections.Where(connection => !connection.Optional))
            _ = connection.Source.ConnectionString!();
        StopOrder.Level(resource);
    }

    private void AssignPorts()
    {
        var wanted = replicas.Values.SelectMany(group => group)
            .SelectMany(replica => replica.Resource.Endpoints.Select(endpoint => (replica, endpoint))).ToList();
        var given = wanted.Where(pair => pair.endpoint.Port is not null).ToList();
        foreach (var (replica, endpoint) in given)
        {
            if (!fixedPorts.TryAdd(endpoint.Port!.Value, $"the {endpoint.Name} port of {replica.Resource.Name}"))
                throw Refused(replica, endpoint, fixedPorts[endpoint.Port.Value]);
            replica.Assign(endpoint, endpoint.Port.Value);
        }
        foreach (var (replica, endpoint) in given.Where(pair => !FreePorts.IsFree(pair.endpoint.Port!.Value)))
            throw Refused(replica, endpoint, "already in use");
        var free = wanted.Where(pair => pair.endpoint.Port is null).ToList();
        foreach (var ((replica, endpoint), port) in free.Zip(FreePorts.Take(free.Count, fixedPorts.Keys)))
            replica.Assign(endpoint, port);
    }
    private static DistributedApplicationException Refused(Replica replica, Endpoint endpoint, string why) => new(
        $"port {endpoint.Port} is {why}, so {replica.Resource.Name} cannot listen on it. Choose another with --{endpoint.Name}-port N (0 picks a free one).");
}
