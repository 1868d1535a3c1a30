using System.Globalization;

namespace Mesh.Gateway.Serving;

/// <summary>The caller's patience, in the grpc-timeout header: "250m" is 250 ms.</summary>
internal static class CallDeadline
{
    public const string Header = "grpc-timeout";

    /// <summary>Timers take no more than 49 days; nobody waits longer than one.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <returns>At most a day; null when the caller set none, or none that can be read.</returns>
    public static TimeSpan? Of(HttpRequest request)
    {
        if (request.Headers[Header] is not [{ Length: >= 2 and <= 9 } text]
            || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount))
        {
            return null;
        }

        var ticks = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0.01,
            _ => 0,
        };
        var patience = TimeSpan.FromTicks((long)(amount * ticks));
        return ticks == 0 ? null : patience < Longest ? patience : Longest;
    }

    /// <summary>What is left of it, for the next hop: at most 8 digits, in milliseconds.</summary>
    public static string Format(TimeSpan left) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(left.TotalMilliseconds)):0}m");
}
