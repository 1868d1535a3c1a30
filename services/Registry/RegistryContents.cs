using Mesh.Registry.Storage;
using Mesh.ServiceDefaults.Tenancy;
using Mesh.Uploads;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry;

/// <summary>What Registry keeps for a project.</summary>
internal sealed class RegistryContents(IDbContextFactory<RegistryDb> databases) : IProjectContents, IBlobReferences<RegistryDb>
{
    public async Task<IReadOnlyDictionary<string, long>> CountAsync(string project, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return new Dictionary<string, long>
        {
            ["models"] = await db.Models.LongCountAsync(m => m.Project == project, cancel),
            ["deployments"] = await db.Deployments.LongCountAsync(d => d.Project == project, cancel),
        };
    }

    public Task<bool> IsReferencedAsync(RegistryDb db, string project, string sha256, CancellationToken cancel) =>
        db.Versions.AnyAsync(v => v.Project == project && v.BundleSha256 == sha256, cancel);

    public Task<bool> HasSizeAsync(RegistryDb db, string project, long bytes, CancellationToken cancel) =>
        db.Versions.AnyAsync(v => v.Project == project && v.BundleSizeBytes == bytes, cancel);
}
