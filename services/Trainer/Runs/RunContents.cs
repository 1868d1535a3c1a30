using Mesh.ServiceDefaults.Tenancy;
using Mesh.Trainer.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Trainer.Runs;

internal sealed class RunContents(IDbContextFactory<TrainerDb> databases) : IProjectContents
{
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(string project, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return new Dictionary<string, long> { ["trainingRuns"] = await db.Runs.LongCountAsync(r => r.Project == project, cancel) };
    }
}
