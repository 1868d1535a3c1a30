namespace Mesh.Identity.Projects;

/// <summary>
/// A process that died inside DeleteProject leaves the project marked; whoever asked got no answer, so the project
/// becomes usable again and the deletion can be asked for once more.
/// </summary>
internal sealed class UnfinishedDeletions(ProjectStore projects, ILogger<UnfinishedDeletions> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancel)
    {
        foreach (var project in await projects.ListDeletingAsync(cancel))
        {
            await projects.MarkDeletingAsync(project, deleting: false, cancel);
            logger.DeletionUndone($"projects/{project}");
        }
    }

    public Task StopAsync(CancellationToken cancel) => Task.CompletedTask;
}
