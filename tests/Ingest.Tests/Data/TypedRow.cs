using System.Globalization;
using CsCheck;
using ParquetSharp;

namespace Mesh.Ingest.Tests.Data;

/// <summary>A row of columns of the common types, to write in one format and compare with what is read.</summary>
internal sealed record TypedRow(long? Integer, double? Number, bool Flag, string? Text, byte[]? Bytes, DateTime? Moment, long[]? Integers, string[]? Texts)
{
    // Parquet's writer and Arrow's have no columns in common; each test writes these in its own way.
    public static readonly Column[] Columns =
    [
        new Column<long?>("i"), new Column<double?>("d"), new Column<bool>("f"), new Column<string>("s"), new Column<byte[]>("b"),
        new Column<DateTime?>("t", LogicalType.Timestamp(true, TimeUnit.Micros)), new Column<long[]>("li"), new Column<string[]>("ls"),
    ];

    private static readonly Gen<string> Word = CsCheck.Gen.OneOf(CsCheck.Gen.OneOf("", "a", "ä", "😀", "same", "same"), CsCheck.Gen.String[CsCheck.Gen.Char.AlphaNumeric, 0, 40]);

    private static readonly Gen<bool> There = CsCheck.Gen.Frequency((4, CsCheck.Gen.Const(true)), (1, CsCheck.Gen.Const(false)));

    private static readonly Gen<bool[]> Which = There.Array[6];

    public static readonly Gen<TypedRow> Gen = CsCheck.Gen.Select(
        Which, CsCheck.Gen.Long, CsCheck.Gen.Double[-1e12, 1e12], Word, CsCheck.Gen.Byte.Array[0, 20], CsCheck.Gen.Long[-1_000_000_000_000_000, 1_000_000_000_000_000],
        CsCheck.Gen.Long.Array[0, 4], Word.Array[0, 4]).Select(
        (there, integer, number, word, bytes, moment, integers, words) => new TypedRow(
            there[0] ? integer : null, there[1] ? number : null, integer > 0, there[2] ? word : null, there[3] ? bytes : null,
            there[4] ? DateTime.UnixEpoch.AddTicks(moment * TimeSpan.TicksPerMicrosecond) : null, there[5] ? integers : null, there[0] ? words : null));

    public static void Write(RowGroupWriter group, TypedRow[] rows)
    {
        group.Column([.. rows.Select(r => r.Integer)]);
        group.Column([.. rows.Select(r => r.Number)]);
        group.Column([.. rows.Select(r => r.Flag)]);
        group.Column([.. rows.Select(r => r.Text!)]);
        group.Column([.. rows.Select(r => r.Bytes!)]);
        group.Column([.. rows.Select(r => r.Moment)]);
        group.Column([.. rows.Select(r => r.Integers!)]);
        group.Column([.. rows.Select(r => r.Texts!)]);
    }

    /// <summary>As <see cref="Formats.Rows"/> shows records.</summary>
    public override string ToString() => string.Join(
        ' ', Integer?.ToString(CultureInfo.InvariantCulture) ?? "-", Number?.ToString("R", CultureInfo.InvariantCulture) ?? "-", Flag, Text ?? "-",
        Bytes is null ? "-" : Bytes.Length == 0 ? "()" : Convert.ToHexString(Bytes), Moment?.ToString(Moment.Value.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) ?? "-",
        Integers is null ? "-" : $"[{string.Join(' ', Integers)}]", Texts is null ? "-" : $"[{string.Join(' ', Texts)}]");
}
