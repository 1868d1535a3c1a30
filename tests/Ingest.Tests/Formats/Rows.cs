using System.Globalization;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Tests.Formats;

/// <summary>Records as one line, to compare them with what a test expects: values by spaces, records by bars, "-" for a missing value.</summary>
internal static class Rows
{
    public static string Show(IEnumerable<(string Split, string Source, Value[] Values)> records) => string.Join('|', records.Select(r => string.Join(' ', r.Values.Select(Show))));

    public static string Show(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.None => "-",
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.Int64Value => value.Int64Value.ToString(CultureInfo.InvariantCulture),
        Value.KindOneofCase.DoubleValue => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
        Value.KindOneofCase.BoolValue => value.BoolValue.ToString(),
        Value.KindOneofCase.BytesValue => value.BytesValue.IsEmpty ? "()" : Convert.ToHexString(value.BytesValue.Span),
        Value.KindOneofCase.TimestampValue when value.TimestampValue.ToDateTime() is var moment =>
            moment.ToString(moment.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture),
        Value.KindOneofCase.StringList => $"[{string.Join(' ', value.StringList.Values)}]",
        Value.KindOneofCase.Int64List => $"[{string.Join(' ', value.Int64List.Values)}]",
        Value.KindOneofCase.DoubleList => $"[{string.Join(' ', value.DoubleList.Values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}]",
        var kind => kind.ToString(),
    };
}
