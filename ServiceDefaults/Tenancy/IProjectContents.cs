namespace Mesh.ServiceDefaults.Tenancy;

/// <summary>What a service keeps for a project. Registering one lets Identity refuse to delete a project that is not empty.</summary>
public interface IProjectContents
{
    /// <returns>Count by plural resource kind, "datasets"; kinds with none may be left out.</returns>
    Task<IReadOnlyDictionary<string, long>> CountAsync(string project, CancellationToken cancel);
}
