namespace Mesh.Blobs.Options;

/// <summary>A container of Azure Blob Storage. It must exist, and belong to Mesh alone under <see cref="Prefix"/>. One of the three credentials is needed.</summary>
public sealed class AzureOptions
{
    /// <summary>The account, such as "https://example.blob.core.windows.net". Not needed with a connection string, which has it.</summary>
    public string Endpoint { get; set; } = "";

    public string Container { get; set; } = "";

    /// <summary>Begins all names, so that several installations can share a container: "mesh/production".</summary>
    public string Prefix { get; set; } = "";

    /// <summary>A connection string with a key or a shared access signature. Set it in the environment (Blobs__Azure__ConnectionString), not in a file.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The key of the account that <see cref="Endpoint"/> names: all rights over all containers. Set it in the environment.</summary>
    public string AccountKey { get; set; } = "";

    /// <summary>A shared access signature, which can be limited to this container (read, write, delete, list). It ends at the time it names. Set it in the environment.</summary>
    public string SasToken { get; set; } = "";
}
