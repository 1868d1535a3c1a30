using System.Buffers.Binary;
using Mesh.Ingest.Formats.Columnar;
using Mesh.Ingest.V1;
using ParquetSharp;

namespace Mesh.Ingest.Formats.Parquet;

/// <summary>A stored value as what it means.</summary>
internal delegate TypedValue ParquetValue<T>(T stored);

/// <summary>
/// Physical and logical types (parquet-format/LogicalTypes.md) as values. Times without a zone count as UTC. Byte arrays without a logical type are
/// BYTES, also where an old writer meant text.
/// </summary>
internal static unsafe class ParquetValues
{
    private const int UuidBytes = 16;

    /// <summary>Null when such a column cannot be read.</summary>
    public static ColumnType? TypeOf(ColumnDescriptor column)
    {
        using var logical = column.LogicalType;
        return (column.PhysicalType, logical) switch
        {
            (PhysicalType.Undefined, _) => null,
            (_, { Type: LogicalTypeEnum.Interval or LogicalTypeEnum.Geometry or LogicalTypeEnum.Geography or LogicalTypeEnum.Variant or LogicalTypeEnum.Map or LogicalTypeEnum.List }) => null,
            (PhysicalType.Boolean, _) => ColumnType.Bool,
            (PhysicalType.Int96, _) => ColumnType.Timestamp,
            (PhysicalType.Float or PhysicalType.Double, _) => ColumnType.Double,
            (_, DecimalLogicalType) => ColumnType.Double,
            (PhysicalType.Int32 or PhysicalType.Int64, { Type: LogicalTypeEnum.Date or LogicalTypeEnum.Time or LogicalTypeEnum.Timestamp }) => ColumnType.Timestamp,
            (PhysicalType.Int32 or PhysicalType.Int64, _) => ColumnType.Int64,
            (_, { Type: LogicalTypeEnum.String or LogicalTypeEnum.Enum or LogicalTypeEnum.Json or LogicalTypeEnum.Uuid }) => ColumnType.String,
            (_, { Type: LogicalTypeEnum.Float16 }) => ColumnType.Double,
            _ => ColumnType.Bytes,
        };
    }

    public static ParquetValue<int> Of32(ColumnDescriptor column)
    {
        using var logical = column.LogicalType;
        switch (logical)
        {
            case IntLogicalType { IsSigned: false }:
                return v => TypedValue.Of((long)(uint)v);
            case DecimalLogicalType { Scale: var scale }:
                return v => TypedValue.Decimal(v, scale);
            case { Type: LogicalTypeEnum.Date }:
                return v => TypedValue.Moment(v, TimeSpan.TicksPerDay);
            case { Type: LogicalTypeEnum.Time }:
                return v => TypedValue.Moment(v, TimeSpan.TicksPerMillisecond);
            default:
                return v => TypedValue.Of((long)v);
        }
    }

    public static ParquetValue<long> Of64(ColumnDescriptor column)
    {
        using var logical = column.LogicalType;
        switch (logical)
        {
            case IntLogicalType { IsSigned: false }:
                return v => TypedValue.Of((ulong)v);
            case DecimalLogicalType { Scale: var scale }:
                return v => TypedValue.Decimal(v, scale);
            case TimestampLogicalType { TimeUnit: var unit }:
                return Moments(unit);
            case TimeLogicalType { TimeUnit: var unit }:
                return Moments(unit);
            default:
                return v => TypedValue.Of(v);
        }
    }

    /// <summary>Nanoseconds of the day in the lower 64 bits, the Julian day above them (deprecated, but what Spark and Impala wrote).</summary>
    public static TypedValue Of96(Int96 stored)
    {
        const int EpochDay = 2_440_588;
        var nanoseconds = (long)((ulong)(uint)stored.B << 32 | (uint)stored.A);
        return nanoseconds is < 0 or >= TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerDay
            ? TypedValue.OutOfRange
            : TypedValue.Moment((Int128)(stored.C - (long)EpochDay) * TimeSpan.TicksPerDay + nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    public static ParquetValue<ByteArray> OfBytes(ColumnDescriptor column)
    {
        using var logical = column.LogicalType;
        if (logical is DecimalLogicalType { Scale: var scale })
        {
            return v => v.Length == 0 ? TypedValue.OutOfRange : TypedValue.Decimal(Span(v.Pointer, v.Length), scale, bigEndian: true);
        }

        return TypeOf(column) == ColumnType.String ? v => TypedValue.Text(Span(v.Pointer, v.Length)) : v => TypedValue.Binary(Span(v.Pointer, v.Length));
    }

    public static ParquetValue<FixedLenByteArray> OfFixed(ColumnDescriptor column)
    {
        using var logical = column.LogicalType;
        var length = column.TypeLength;
        return logical switch
        {
            DecimalLogicalType { Scale: var scale } => v => TypedValue.Decimal(Span(v.Pointer, length), scale, bigEndian: true),
            { Type: LogicalTypeEnum.Float16 } => v => TypedValue.Of((double)BinaryPrimitives.ReadHalfLittleEndian(Span(v.Pointer, length))),
            { Type: LogicalTypeEnum.Uuid } when length == UuidBytes => v => TypedValue.Text(System.Text.Encoding.ASCII.GetBytes(new Guid(Span(v.Pointer, length), bigEndian: true).ToString())),
            _ => v => TypedValue.Binary(Span(v.Pointer, length)),
        };
    }

    private static ParquetValue<long> Moments(TimeUnit unit) => unit switch
    {
        TimeUnit.Millis => v => TypedValue.Moment(v, TimeSpan.TicksPerMillisecond),
        TimeUnit.Micros => v => TypedValue.Moment(v, TimeSpan.TicksPerMicrosecond),
        _ => TypedValue.Nanoseconds,
    };

    // Points into the page, which stays until the next batch of the column is read.
    private static ReadOnlySpan<byte> Span(nint pointer, int length) => length == 0 ? [] : new ReadOnlySpan<byte>((void*)pointer, length);
}
