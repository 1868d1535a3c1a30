using Mesh.Preprocessing.V1;
using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Preprocessing.Splitting;

/// <summary>Records to their facts. Not safe for concurrent use.</summary>
/// <param name="schema">That of the records; has the column that decides, and may lack those that are compared.</param>
internal sealed class FactReader(SplitRule rule, RecordSchema schema)
{
    private const ulong SignBit = 1UL << 63;

    private readonly RecordHash _hash = new();
    private readonly int[] _features = Features(rule, schema);
    private readonly int _column = rule.Column is { } column ? schema.IndexOf(column.Name) : -1;

    /// <summary>Whether the records have what is compared; otherwise their hashes say nothing.</summary>
    public bool ComparesRecords => _features.Length > 0;

    /// <param name="dealt">Whether the record's split leaves open where it belongs.</param>
    /// <exception cref="SplitValueException">The record has no value, or none that can be used, in the column that decides.</exception>
    public RecordFacts Of(in RawRecord record, bool dealt) =>
        new(_features.Length > 0 ? _hash.Of(record.Values.Span, _features) : 0, dealt && _column >= 0 ? KeyOf(record) : 0);

    /// <summary>Numbers and moments as unsigned integers in the same order.</summary>
    public static ulong Ordered(in RecordValue value) => value.Kind switch
    {
        ColumnKind.Timestamp => (ulong)value.Timestamp.Ticks,
        ColumnKind.Integer => (ulong)value.Integer ^ SignBit,
        // −0 is 0. Of negative numbers the larger bits are the smaller number.
        ColumnKind.Number => BitConverter.DoubleToUInt64Bits(value.Number + 0.0) is var bits && (bits & SignBit) != 0 ? ~bits : bits | SignBit,
        _ => throw new ArgumentException($"{value.Kind.Word} has no order.", nameof(value)),
    };

    private static int[] Features(SplitRule rule, RecordSchema schema)
    {
        int[] features = rule.ComparesRecords ? [.. rule.Features.Select(column => schema.IndexOf(column.Name))] : [];
        return features.Contains(-1) ? [] : features;
    }

    private UInt128 KeyOf(in RawRecord record)
    {
        ref readonly var value = ref record.Values.Span[_column];
        switch (rule.Spec.Strategy)
        {
            case SplitStrategy.Time or SplitStrategy.Predefined when value.IsMissing || value is { Kind: ColumnKind.Number, Number: double.NaN }:
                throw new SplitValueException("SPLIT_VALUE_MISSING", record.Name, $"has no value in '{rule.Column!.Name}', by which the data is divided");
            case SplitStrategy.Time:
                return Ordered(value);
            case SplitStrategy.Predefined:
                return Parts.Parse(value.Text) is { } part
                    ? (UInt128)(byte)part
                    : throw new SplitValueException(
                        "SPLIT_VALUE_UNKNOWN", record.Name, $"has '{SpecViolation.Shorten(value.Text)}' in '{rule.Column!.Name}', which is to say train, validation or test");
            default:
                return _hash.Of(value);
        }
    }
}
