using Mesh.Registry.Storage;
using Mesh.Registry.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Registry.Models;

/// <summary>A model with what is looked up beside it.</summary>
/// <param name="LatestVersion">The highest version there is; 0 when there is none.</param>
internal sealed record ModelState(ModelRow Row, IReadOnlyList<AliasRow> Aliases, int LatestVersion)
{
    public Model ToModel()
    {
        var model = new Model
        {
            Name = RegistryNames.Model.Format(Row.Project, Row.Id),
            DisplayName = Row.DisplayName,
            Description = Row.Description,
            LatestVersion = LatestVersion,
            CreateTime = Row.CreatedTicks.ToTimestamp(),
            Creator = Row.Creator,
        };
        foreach (var alias in Aliases)
        {
            model.Aliases[alias.Alias] = alias.Version;
        }

        return model;
    }
}

/// <summary>A version with the aliases that point at it.</summary>
internal sealed record VersionState(VersionRow Row, IReadOnlyList<string> Aliases)
{
    public ModelVersion ToModelVersion()
    {
        var version = Row.Facts.Clone();
        version.Name = RegistryNames.Version.Format(Row.Project, Row.ModelId, Row.Version.ToString());
        version.BundleSha256 = Row.BundleSha256;
        version.BundleSizeBytes = Row.BundleSizeBytes;
        version.Aliases.AddRange(Aliases);
        version.CreateTime = Row.CreatedTicks.ToTimestamp();
        version.Creator = Row.Creator;
        return version;
    }
}
