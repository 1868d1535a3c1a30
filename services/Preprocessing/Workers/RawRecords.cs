using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Transforms.Records;
using Box = Mesh.Transforms.Records.Box;

namespace Mesh.Preprocessing.Workers;

/// <summary>Records as Ingest sends them, reduced to some columns, into records as the transforms take them.</summary>
internal sealed class RawRecords(DatasetVersion version, IEnumerable<RecordColumn> columns)
{
    private readonly string _version = version.Name;

    public RecordSchema Schema { get; } = new([.. columns.DistinctBy(c => c.Name)]);

    /// <summary>Names of the columns to ask Ingest for.</summary>
    public IEnumerable<string> Columns => Schema.Columns.Select(c => c.Name);

    /// <summary>Bytes stay in the message; nothing is copied but lists.</summary>
    /// <exception cref="JobFailure">The record is not of the schema.</exception>
    public RawRecord Of(Record record)
    {
        if (record.Values.Count != Schema.Columns.Count)
        {
            throw new JobFailure("MALFORMED_RECORD", $"{record.Source} has {record.Values.Count} values; {Schema.Columns.Count} columns of {_version} were asked for.");
        }

        var values = new RecordValue[record.Values.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Of(record.Values[i]);
            if (!values[i].IsMissing && values[i].Kind != Schema.Columns[i].Kind)
            {
                throw new JobFailure("MALFORMED_RECORD", $"{record.Source}: {Schema.Columns[i].Name} is {values[i].Kind.Word}; its column is {Schema.Columns[i].Kind.Word}.");
            }
        }

        return new RawRecord(record.Source, Schema, values);
    }

    private static RecordValue Of(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.Image => RecordValue.OfImage(value.Image.Encoding == ImageEncoding.Raw
            ? RawImage.OfPixels(value.Image.Data.Memory, value.Image.Height, value.Image.Width, value.Image.Channels)
            : RawImage.OfFile(value.Image.Data.Memory)),
        Value.KindOneofCase.StringValue => RecordValue.OfText(value.StringValue),
        Value.KindOneofCase.Int64Value => RecordValue.OfInteger(value.Int64Value),
        Value.KindOneofCase.DoubleValue => RecordValue.OfNumber(value.DoubleValue),
        Value.KindOneofCase.BoolValue => RecordValue.OfBoolean(value.BoolValue),
        Value.KindOneofCase.BytesValue => RecordValue.OfBytes(value.BytesValue.Memory),
        Value.KindOneofCase.TimestampValue => RecordValue.OfTimestamp(value.TimestampValue.ToDateTime()),
        Value.KindOneofCase.StringList => RecordValue.OfTexts(value.StringList.Values.ToArray()),
        Value.KindOneofCase.Int64List => RecordValue.OfIntegers(value.Int64List.Values.ToArray()),
        Value.KindOneofCase.DoubleList => RecordValue.OfNumbers(value.DoubleList.Values.ToArray()),
        Value.KindOneofCase.Boxes => RecordValue.OfBoxes(value.Boxes.Boxes.Select(box => new Box(box.X, box.Y, box.Width, box.Height, box.Label)).ToArray()),
        _ => RecordValue.Missing,
    };
}
