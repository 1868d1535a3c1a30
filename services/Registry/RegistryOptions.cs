using System.ComponentModel.DataAnnotations;

namespace Mesh.Registry;

/// <summary>Settings of the Registry service, section "Registry".</summary>
public sealed class RegistryOptions
{
    public const string Section = "Registry";

    /// <summary>
    /// Bundles checked at the same time. Each check holds its bundle in memory (up to 2 GiB), so this times the largest
    /// bundle is the memory that registering needs; more lets several training runs register at once.
    /// </summary>
    [Range(1, 64)]
    public int BundleChecks { get; set; } = 1;

    /// <summary>
    /// Largest signature and labels of a version, in bytes. They are sent with every version in a list; a classifier of
    /// 20,000 classes needs about 400 KiB.
    /// </summary>
    [Range(64 * 1024, 3 * 1024 * 1024)]
    public int MaxVersionBytes { get; set; } = 1024 * 1024;
}
