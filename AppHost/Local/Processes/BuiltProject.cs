using System.Reflection;
using System.Runtime.InteropServices;
using System.Xml;
using System.Xml.Linq;

namespace Mesh.AppHost.Local.Processes;

/// <summary>Where a project's build output is: <c>bin/{configuration of the app host}/net10.0/{AssemblyName}.dll</c>.</summary>
internal static class BuiltProject
{
    private static readonly string Configuration =
        typeof(BuiltProject).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Release";

    /// <summary>The dotnet that runs the app host, also when that was started by its own executable.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <exception cref="DistributedApplicationException">The project or its output is missing.</exception>
    public static string Find(string resource, string projectPath)
    {
        var output = Path.Combine(Path.GetDirectoryName(projectPath)!, "bin", Configuration, "net10.0", $"{AssemblyName(resource, projectPath)}.dll");
        return File.Exists(output)
            ? output
            : throw new DistributedApplicationException(
                $"{resource} is not built: {output} is missing. Build it: dotnet build -c {Configuration} {projectPath}");
    }

    private static string AssemblyName(string resource, string projectPath)
    {
        try
        {
            var named = XDocument.Load(projectPath).Descendants("AssemblyName").FirstOrDefault()?.Value;
            return string.IsNullOrWhiteSpace(named) ? Path.GetFileNameWithoutExtension(projectPath) : named;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or XmlException)
        {
            throw new DistributedApplicationException($"cannot read the project of {resource}: {fault.Message}", fault);
        }
    }
}
