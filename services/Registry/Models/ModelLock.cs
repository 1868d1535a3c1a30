using Mesh.Registry.Storage;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Registry.Models;

/// <summary>
/// Whatever changes a model's versions, its aliases or what deployments name of it takes the model's row first, so that
/// checks and changes of two calls never interleave, on either database and in any number of processes.
/// </summary>
internal static class ModelLock
{
    /// <summary>Call inside a transaction; held until that ends.</summary>
    /// <exception cref="MeshException">NOT_FOUND: there is no such model.</exception>
    public static async Task LockAsync(this RegistryDb db, ModelKey key, CancellationToken cancel)
    {
        var rows = await db.Models.Where(m => m.Project == key.Project && m.Id == key.Model)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.LastVersion, m => m.LastVersion + 0), cancel);
        if (rows == 0)
        {
            throw MeshError.NotFound(key.Name);
        }
    }

    /// <summary>The same, and takes the next version number.</summary>
    public static async Task<int> LockForNextVersionAsync(this RegistryDb db, ModelKey key, CancellationToken cancel)
    {
        var rows = await db.Models.Where(m => m.Project == key.Project && m.Id == key.Model)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.LastVersion, m => m.LastVersion + 1), cancel);
        return rows == 0
            ? throw MeshError.NotFound(key.Name)
            : await db.Models.Where(m => m.Project == key.Project && m.Id == key.Model).Select(m => m.LastVersion).SingleAsync(cancel);
    }
}
