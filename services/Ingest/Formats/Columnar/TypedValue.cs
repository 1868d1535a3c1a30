using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats.Columnar;

/// <summary>One value as a binary format has it, before it is known which type its column has in the version. Its bytes belong to the reader.</summary>
internal readonly ref struct TypedValue
{
    /// <summary>INT64, DOUBLE, BOOL, TIMESTAMP, STRING or BYTES; UNSPECIFIED for a value that no type here holds.</summary>
    public ColumnType Type { get; private init; }

    /// <summary>BOOL as 0 or 1, TIMESTAMP as UTC ticks.</summary>
    public long Integer { get; private init; }

    public double Number { get; private init; }

    /// <summary>STRING as UTF-8, not checked.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    public bool IsMissing { get; private init; }

    public static TypedValue OutOfRange => default;

    public static TypedValue Missing => new() { IsMissing = true };

    public static TypedValue Of(long integer) => new() { Type = ColumnType.Int64, Integer = integer };

    /// <summary>Above the largest signed integer no column here holds it.</summary>
    public static TypedValue Of(ulong integer) => integer > long.MaxValue ? OutOfRange : Of((long)integer);

    public static TypedValue Of(double number) => new() { Type = ColumnType.Double, Number = number };

    public static TypedValue Of(bool value) => new() { Type = ColumnType.Bool, Integer = value ? 1 : 0 };

    public static TypedValue Text(ReadOnlySpan<byte> utf8) => new() { Type = ColumnType.String, Bytes = utf8 };

    public static TypedValue Binary(ReadOnlySpan<byte> bytes) => new() { Type = ColumnType.Bytes, Bytes = bytes };

    /// <param name="units">Since 1970-01-01 UTC; a time of day counts on that day.</param>
    public static TypedValue Moment(long units, long ticksPerUnit) => Moment((Int128)units * ticksPerUnit);

    /// <summary>Cut to the tick of 100 nanoseconds before.</summary>
    public static TypedValue Nanoseconds(long sinceEpoch) => Moment((Int128)((sinceEpoch - (sinceEpoch % 100 + 100) % 100) / 100));

    /// <param name="ticks">Since 1970-01-01 UTC.</param>
    public static TypedValue Moment(Int128 ticks)
    {
        ticks += DateTime.UnixEpoch.Ticks;
        return ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks ? OutOfRange : new() { Type = ColumnType.Timestamp, Integer = (long)ticks };
    }

    /// <param name="unscaled">Two's complement.</param>
    public static TypedValue Decimal(ReadOnlySpan<byte> unscaled, int scale, bool bigEndian) =>
        Of((double)new System.Numerics.BigInteger(unscaled, isBigEndian: bigEndian) / Math.Pow(10, scale));

    public static TypedValue Decimal(long unscaled, int scale) => Of(unscaled / Math.Pow(10, scale));
}
