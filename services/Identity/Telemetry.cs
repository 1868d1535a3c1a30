using System.Diagnostics.Metrics;

namespace Mesh.Identity;

internal static class Telemetry
{
    public const string Name = "Mesh.Identity";

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> ProjectsCreated = Meter.CreateCounter<long>("mesh.identity.projects.created", "{project}");

    public static readonly Counter<long> ProjectsDeleted = Meter.CreateCounter<long>("mesh.identity.projects.deleted", "{project}");
}
