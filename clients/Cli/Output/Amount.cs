using Google.Protobuf.WellKnownTypes;

namespace Mesh.Cli.Output;

/// <summary>Figures as people read them.</summary>
internal static class Amount
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Decimal units: "9.1 MB".</summary>
    public static string Bytes(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 999.95 && unit < Units.Length - 1; unit++)
        {
            value /= 1000;
        }

        return unit == 0 ? $"{bytes} B" : $"{value:0.0} {Units[unit]}";
    }

    /// <summary>"0.4 s", "2 min 05 s".</summary>
    public static string Time(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? $"{time.TotalSeconds:0.0} s"
        : time < TimeSpan.FromHours(1) ? $"{time.Minutes} min {time.Seconds:00} s"
        : $"{(int)time.TotalHours} h {time.Minutes:00} min";

    public static string Count(long count) => count.ToString("N0");

    /// <summary>0.8712 → "87.12%".</summary>
    public static string Percent(double share) => $"{share * 100:0.00}%";

    /// <summary>Local time, to the second; "-" when unset.</summary>
    public static string At(Timestamp? time) => time is null ? "-" : time.ToDateTime().ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss");
}
