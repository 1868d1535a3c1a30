namespace Mesh.Trainer.Runs;

/// <summary>Once, when the service starts: removes the files of deleted runs that it was stopped before.</summary>
internal sealed class DeletedRuns(RunFolders folders) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(folders.RemoveSetAside, stoppingToken);
}
