using Mesh.Ingest.Storage;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Uploads;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest;

/// <summary>What a project holds here. Finished uploads are the material of versions, expire, and do not count; nor do imports that have ended.</summary>
internal sealed class IngestContents(IDbContextFactory<IngestDb> databases) : IProjectContents
{
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(string project, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return new Dictionary<string, long>
        {
            ["datasets"] = await db.Datasets.LongCountAsync(d => d.Project == project, cancel),
            ["imports"] = await db.Imports.LongCountAsync(
                i => i.Project == project && i.State != JobState.Succeeded && i.State != JobState.Failed && i.State != JobState.Cancelled, cancel),
            ["uploads"] = await db.Set<UploadRow>().LongCountAsync(u => u.Project == project && u.State != UploadState.Finished, cancel),
        };
    }
}
