using Google.Protobuf.WellKnownTypes;

namespace Mesh.ServiceDefaults.Storage;

/// <summary>UTC ticks in a row, a Timestamp on the wire.</summary>
public static class UtcTicks
{
    public static Timestamp ToTimestamp(this long ticks) => Timestamp.FromDateTime(new DateTime(ticks, DateTimeKind.Utc));

    public static Timestamp? ToTimestamp(this long? ticks) => ticks?.ToTimestamp();
}
