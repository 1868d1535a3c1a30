using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using Mesh.Ingest.Formats.Columnar;
using TimeUnit = Apache.Arrow.Types.TimeUnit;

namespace Mesh.Ingest.Formats.Arrow;

/// <summary>A value of an array that is there, by its place.</summary>
internal delegate TypedValue ArrowValue(int index);

/// <summary>Arrays as values. Times without a zone count as UTC.</summary>
internal static class ArrowValues
{
    public static ArrowValue Of(IArrowArray array) => array switch
    {
        BooleanArray values => i => TypedValue.Of(values.GetValue(i)!.Value),
        Int8Array values => i => TypedValue.Of((long)values.Values[i]),
        Int16Array values => i => TypedValue.Of((long)values.Values[i]),
        Int32Array values => i => TypedValue.Of((long)values.Values[i]),
        Int64Array values => i => TypedValue.Of(values.Values[i]),
        UInt8Array values => i => TypedValue.Of((long)values.Values[i]),
        UInt16Array values => i => TypedValue.Of((long)values.Values[i]),
        UInt32Array values => i => TypedValue.Of((long)values.Values[i]),
        UInt64Array values => i => TypedValue.Of(values.Values[i]),
        HalfFloatArray values => i => TypedValue.Of((double)values.Values[i]),
        FloatArray values => i => TypedValue.Of((double)values.Values[i]),
        DoubleArray values => i => TypedValue.Of(values.Values[i]),
        Date32Array values => i => TypedValue.Moment(values.Values[i], TimeSpan.TicksPerDay),
        Date64Array values => i => TypedValue.Moment(values.Values[i], TimeSpan.TicksPerMillisecond),
        Time32Array values => Moments(((Time32Type)values.Data.DataType).Unit, i => values.Values[i]),
        Time64Array values => Moments(((Time64Type)values.Data.DataType).Unit, i => values.Values[i]),
        TimestampArray values => Moments(((TimestampType)values.Data.DataType).Unit, i => values.Values[i]),
        DictionaryArray values => Indexed(values),
        _ => OfBytes(array),
    };

    private static ArrowValue OfBytes(IArrowArray array) => array switch
    {
        StringArray values => i => TypedValue.Text(values.GetBytes(i)),
        LargeStringArray values => i => TypedValue.Text(values.GetBytes(i)),
        StringViewArray values => i => TypedValue.Text(values.GetBytes(i)),
        BinaryArray values => i => TypedValue.Binary(values.GetBytes(i)),
        LargeBinaryArray values => i => TypedValue.Binary(values.GetBytes(i)),
        BinaryViewArray values => i => TypedValue.Binary(values.GetBytes(i)),
        // Decimals are stored as bytes of this kind, least significant byte first.
        FixedSizeBinaryArray values when values.Data.DataType is Decimal32Type { Scale: var scale } => Decimals(values, scale),
        FixedSizeBinaryArray values when values.Data.DataType is Decimal64Type { Scale: var scale } => Decimals(values, scale),
        FixedSizeBinaryArray values when values.Data.DataType is Decimal128Type { Scale: var scale } => Decimals(values, scale),
        FixedSizeBinaryArray values when values.Data.DataType is Decimal256Type { Scale: var scale } => Decimals(values, scale),
        FixedSizeBinaryArray values => i => TypedValue.Binary(values.GetBytes(i)),
        // Of type null.
        _ => _ => TypedValue.Missing,
    };

    private static ArrowValue Decimals(FixedSizeBinaryArray values, int scale) => i => TypedValue.Decimal(values.GetBytes(i), scale, bigEndian: false);

    private static ArrowValue Moments(TimeUnit unit, Func<int, long> valueOf) => unit switch
    {
        TimeUnit.Second => i => TypedValue.Moment(valueOf(i), TimeSpan.TicksPerSecond),
        TimeUnit.Millisecond => i => TypedValue.Moment(valueOf(i), TimeSpan.TicksPerMillisecond),
        TimeUnit.Microsecond => i => TypedValue.Moment(valueOf(i), TimeSpan.TicksPerMicrosecond),
        _ => i => TypedValue.Nanoseconds(valueOf(i)),
    };

    private static ArrowValue Indexed(DictionaryArray array)
    {
        var (indexOf, valueOf, values) = (Of(array.Indices), Of(array.Dictionary), array.Dictionary);
        return i =>
        {
            var index = indexOf(i).Integer;
            return index < 0 || index >= values.Length ? throw new InvalidDataException("A value lies outside of its dictionary.")
                : values.IsNull((int)index) ? TypedValue.Missing
                : valueOf((int)index);
        };
    }
}
