using Mesh.AppHost.Local.ApplicationModel;
using Mesh.AppHost.Local.Running;
using Microsoft.Extensions.Configuration;

namespace Mesh.AppHost.Local;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<Resource> resources = [];

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        CommandLine = CommandLine.Parse(options.Args ?? []);
        AppHostDirectory = options.ProjectDirectory ?? FindAppHostDirectory();
        Configuration.AddEnvironmentVariables();
        Configuration.AddInMemoryCollection(CommandLine.Settings);
    }

    public CommandLine CommandLine { get; }

    public string AppHostDirectory { get; }

    public ConfigurationManager Configuration { get; } = new();

    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();

    public IReadOnlyList<Resource> Resources => resources;

    public RunPace Pace { get; set; } = new();

    /// <summary>Where the mesh keeps its data and logs: <c>--state</c>, else <c>.mesh</c> beside the app host's folder.</summary>
    public string StateDirectory => Path.GetFullPath(Configuration["state"] ?? Path.Combine(AppHostDirectory, "..", ".mesh"));

    public IResourceBuilder<T> AddResource<T>(T resource) where T : Resource
    {
        if (resources.Any(other => other.Name.Equals(resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"two resources are called '{resource.Name}'; names are unique.");
        resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(this);

    // The output lies under the repository; its root is where the solution is.
    private static string FindAppHostDirectory()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Mesh.sln")))
                return Path.Combine(directory.FullName, "AppHost");
        }
        return Directory.GetCurrentDirectory();
    }
}
