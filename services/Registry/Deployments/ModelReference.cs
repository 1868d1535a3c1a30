using Mesh.Registry.Models;
using Mesh.Registry.Storage;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;

namespace Mesh.Registry.Deployments;

/// <summary>What a deployment names: an alias, which may move, or one version. Exactly one of the two is set.</summary>
internal sealed record ModelReference(ModelKey Model, string? Alias, int? Version)
{
    public string Name => Alias is null ? Model.VersionName(Version!.Value) : Model.AliasName(Alias);

    /// <exception cref="MeshException">INVALID_ARGUMENT: neither form, or another project.</exception>
    public static ModelReference Parse(string name, string project, string field)
    {
        var reference = Parse(name, field);
        return reference.Model.Project == project ? reference : throw MeshError.Invalid(field, "must be a model of the deployment's project.");
    }

    public static ModelReference Of(DeploymentRow row) => new(new ModelKey(row.Project, row.ModelId), row.Alias, row.Version);

    private static ModelReference Parse(string name, string field)
    {
        if (RegistryNames.Alias.TryParse(name, out var ids) && ResourceId.IsValid(ids[2]))
        {
            return new ModelReference(new ModelKey(ids[0], ids[1]), ids[2], null);
        }

        if (RegistryNames.Version.TryParse(name, out ids))
        {
            return new ModelReference(new ModelKey(ids[0], ids[1]), null, ResourceId.ParseVersion(ids[2], field));
        }

        throw MeshError.Invalid(field, $"is neither of the form \"{RegistryNames.Alias.Pattern}\" nor \"{RegistryNames.Version.Pattern}\".");
    }
}
