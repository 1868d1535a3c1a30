using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Mesh.Identity;

internal static class Telemetry
{
    public const string Name = "Mesh.Identity";

    public static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> ProjectsCreated = Meter.CreateCounter<long>("mesh.identity.projects.created", "{project}");

    public static readonly Counter<long> ProjectsDeleted = Meter.CreateCounter<long>("mesh.identity.projects.deleted", "{project}");
}
