using Mesh.ServiceDefaults.Names;

namespace Mesh.Registry.Models;

/// <summary>The ids in a model's name.</summary>
internal readonly record struct ModelKey(string Project, string Model)
{
    public string Name => RegistryNames.Model.Format(Project, Model);

    public string VersionName(int version) => RegistryNames.Version.Format(Project, Model, version.ToString());

    public string AliasName(string alias) => RegistryNames.Alias.Format(Project, Model, alias);

    public static ModelKey Parse(string name, string field)
    {
        var ids = RegistryNames.Model.Parse(name, field);
        return new ModelKey(ids[0], ids[1]);
    }
}

/// <summary>The ids in a version's name.</summary>
internal readonly record struct VersionKey(ModelKey Model, int Version)
{
    public string Name => Model.VersionName(Version);

    public static VersionKey Parse(string name, string field)
    {
        var ids = RegistryNames.Version.Parse(name, field);
        return new VersionKey(new ModelKey(ids[0], ids[1]), ResourceId.ParseVersion(ids[2], field));
    }
}
