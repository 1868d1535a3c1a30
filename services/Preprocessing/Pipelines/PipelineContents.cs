using Mesh.Preprocessing.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Pipelines;

internal sealed class PipelineContents(IDbContextFactory<PreprocessingDb> databases) : IProjectContents
{
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(string project, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return new Dictionary<string, long>
        {
            ["pipelines"] = await db.Pipelines.LongCountAsync(p => p.Project == project, cancel),
            ["processedDatasets"] = await db.Processed.LongCountAsync(d => d.Project == project, cancel),
        };
    }
}
