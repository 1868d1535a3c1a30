using Grpc.Core;
using Mesh.Identity.V1;
using Mesh.ServiceDefaults.Callers;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Identity.Projects;

/// <summary>Makes sure that the default project exists before the service answers anyone.</summary>
internal sealed class DefaultProject(ProjectStore projects) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancel)
    {
        var request = new CreateProjectRequest { ProjectId = ProjectStore.Default, Project = new Project { DisplayName = "Default" } };
        try
        {
            await projects.CreateAsync(request, Caller.LocalAdmin, cancel);
        }
        catch (MeshException e) when (e.Code == StatusCode.AlreadyExists)
        {
            // Every start but the first.
        }
    }

    public Task StartAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancel) => Task.CompletedTask;
}
