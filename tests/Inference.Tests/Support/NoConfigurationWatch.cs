using System.Runtime.CompilerServices;

namespace Mesh.Inference.Tests.Support;

/// <summary>Many hosts start in this process; none of them needs an inotify instance to watch appsettings.json.</summary>
internal static class NoConfigurationWatch
{
    [ModuleInitializer]
    internal static void Set() => Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
}
