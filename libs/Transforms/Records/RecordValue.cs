using System.Runtime.InteropServices;
using Mesh.Transforms.Images;

namespace Mesh.Transforms.Records;

/// <summary>
/// The value of one column of one record, 24 bytes and no boxes. Bytes and lists are held as they were given, not copied. Reading one as another
/// kind than it has throws <see cref="InvalidOperationException"/>.
/// </summary>
public readonly struct RecordValue
{
    // A number as its bits, or where a list lies in its array: offset and length.
    private readonly long bits;
    private readonly object? reference;

    private RecordValue(ColumnKind kind, object? reference, long bits) => (Kind, this.reference, this.bits) = (kind, reference, bits);

    /// <summary>What it is; <see cref="ColumnKind.Unknown"/> for a missing value.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Whether the record has no value here.</summary>
    public bool IsMissing => Kind == ColumnKind.Unknown;

    /// <summary>No value; the same as <c>default</c>.</summary>
    public static RecordValue Missing => default;

    public string Text => (string)Held(ColumnKind.Text);

    public long Integer => Bits(ColumnKind.Integer);

    public double Number => BitConverter.Int64BitsToDouble(Bits(ColumnKind.Number));

    public bool Boolean => Bits(ColumnKind.Boolean) != 0;

    /// <summary>In UTC.</summary>
    public DateTime Timestamp => new(Bits(ColumnKind.Timestamp), DateTimeKind.Utc);

    public ReadOnlyMemory<byte> Bytes => new((byte[])Held(ColumnKind.Bytes), (int)(bits >> 32), (int)bits);

    public RawImage Image => (RawImage)Held(ColumnKind.Image);

    public ReadOnlySpan<string> Texts => Items<string>(ColumnKind.TextList);

    public ReadOnlySpan<long> Integers => Items<long>(ColumnKind.IntegerList);

    public ReadOnlySpan<double> Numbers => Items<double>(ColumnKind.NumberList);

    public ReadOnlySpan<Box> Boxes => Items<Box>(ColumnKind.Boxes);

    public ReadOnlySpan<RawImage> Images => Items<RawImage>(ColumnKind.ImageList);

    /// <summary>Any numeric value as a number: true is 1, a moment is the seconds since 1970.</summary>
    public double AsNumber => Kind switch
    {
        ColumnKind.Number => BitConverter.Int64BitsToDouble(bits),
        ColumnKind.Integer or ColumnKind.Boolean => bits,
        ColumnKind.Timestamp => (bits - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond,
        _ => throw Other(ColumnKind.Number),
    };

    internal PixelBuffer Pixels => (PixelBuffer)Held(ColumnKind.Pixels);

    /// <summary>Missing when null.</summary>
    public static RecordValue OfText(string? text) => text is null ? default : new(ColumnKind.Text, text, 0);

    public static RecordValue OfInteger(long value) => new(ColumnKind.Integer, null, value);

    public static RecordValue OfNumber(double value) => new(ColumnKind.Number, null, BitConverter.DoubleToInt64Bits(value));

    public static RecordValue OfBoolean(bool value) => new(ColumnKind.Boolean, null, value ? 1 : 0);

    /// <summary>Throws <see cref="ArgumentException"/> unless it is in UTC.</summary>
    public static RecordValue OfTimestamp(DateTime moment) =>
        moment.Kind == DateTimeKind.Utc ? new(ColumnKind.Timestamp, null, moment.Ticks) : throw new ArgumentException("The moment is not in UTC.", nameof(moment));

    public static RecordValue OfBytes(ReadOnlyMemory<byte> bytes) => List(ColumnKind.Bytes, bytes);

    public static RecordValue OfImage(RawImage image) => new(ColumnKind.Image, image, 0);

    public static RecordValue OfTexts(ReadOnlyMemory<string> texts) => List(ColumnKind.TextList, texts);

    public static RecordValue OfIntegers(ReadOnlyMemory<long> integers) => List(ColumnKind.IntegerList, integers);

    public static RecordValue OfNumbers(ReadOnlyMemory<double> numbers) => List(ColumnKind.NumberList, numbers);

    public static RecordValue OfBoxes(ReadOnlyMemory<Box> boxes) => List(ColumnKind.Boxes, boxes);

    public static RecordValue OfImages(ReadOnlyMemory<RawImage> images) => List(ColumnKind.ImageList, images);

    internal static RecordValue OfPixels(PixelBuffer pixels) => new(ColumnKind.Pixels, pixels, 0);

    private static RecordValue List<T>(ColumnKind kind, ReadOnlyMemory<T> items)
    {
        if (!MemoryMarshal.TryGetArray(items, out var segment))
            segment = new(items.ToArray());
        return new(kind, segment.Array ?? [], ((long)segment.Offset << 32) | (uint)segment.Count);
    }

    private ReadOnlySpan<T> Items<T>(ColumnKind kind) => new((T[])Held(kind), (int)(bits >> 32), (int)bits);

    private long Bits(ColumnKind kind) => Kind == kind ? bits : throw Other(kind);

    private object Held(ColumnKind kind) => Kind == kind ? reference! : throw Other(kind);

    private InvalidOperationException Other(ColumnKind wanted) => new(IsMissing ? $"There is no {wanted.Word}: the value is missing." : $"A value is {Kind.Word}, not {wanted.Word}.");
}
