using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Ingest.V1;
using Mesh.Jobs.Workers;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Workers;
using Mesh.Specs;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Xunit;
using Box = Mesh.Ingest.V1.Box;
using Record = Mesh.Ingest.V1.Record;
using Value = Mesh.Ingest.V1.Value;

namespace Mesh.Preprocessing.Tests.Workers;

public class RawRecordsTests
{
    private static readonly (ColumnType Type, ColumnKind Kind, Value Value)[] All =
    [
        (ColumnType.Image, ColumnKind.Image, new Value { Image = new ImageValue { Encoding = ImageEncoding.File, Data = ByteString.CopyFrom(1, 2) } }),
        (ColumnType.String, ColumnKind.Text, new Value { StringValue = "x" }),
        (ColumnType.Int64, ColumnKind.Integer, new Value { Int64Value = -7 }),
        (ColumnType.Double, ColumnKind.Number, new Value { DoubleValue = 2.5 }),
        (ColumnType.Bool, ColumnKind.Boolean, new Value { BoolValue = true }),
        (ColumnType.Bytes, ColumnKind.Bytes, new Value { BytesValue = ByteString.CopyFrom(9) }),
        (ColumnType.Timestamp, ColumnKind.Timestamp, new Value { TimestampValue = new Timestamp { Seconds = 86_400 } }),
        (ColumnType.StringList, ColumnKind.TextList, new Value { StringList = new StringList { Values = { "a", "b" } } }),
        (ColumnType.Int64List, ColumnKind.IntegerList, new Value { Int64List = new Int64List { Values = { 1, 2 } } }),
        (ColumnType.DoubleList, ColumnKind.NumberList, new Value { DoubleList = new DoubleList { Values = { .5 } } }),
        (ColumnType.Boxes, ColumnKind.Boxes, new Value { Boxes = new BoxList { Boxes = { new Box { X = 1, Y = 2, Width = 3, Height = 4, Label = "cat" } } } }),
    ];

    [Fact]
    public void Every_type_of_column_arrives_as_it_was_sent()
    {
        var version = Version([.. All.Select(column => (column.Type.ToString(), column.Type))]);
        var schema = DataSchema.Of(version);
        Assert.Equal(All.Select(column => column.Kind), schema.Columns.Select(column => column.Kind));
        var values = new RawRecords(version, schema.Columns).Of(new Record { Source = "r", Values = { All.Select(column => column.Value) } }).Values.Span;
        Assert.Equal(All.Select(column => column.Kind), values.ToArray().Select(value => value.Kind));
        Assert.Equal([1, 2], values[0].Image.Bytes.ToArray());
        Assert.Equal(("x", -7L, 2.5, true), (values[1].Text, values[2].Integer, values[3].Number, values[4].Boolean));
        Assert.Equal([9], values[5].Bytes.ToArray());
        Assert.Equal(new DateTime(1970, 1, 2, 0, 0, 0, DateTimeKind.Utc), values[6].Timestamp);
        Assert.Equal(["a", "b"], values[7].Texts.ToArray());
        Assert.Equal([1, 2], values[8].Integers.ToArray());
        Assert.Equal([.5], values[9].Numbers.ToArray());
        Assert.Equal([new Transforms.Records.Box(1, 2, 3, 4, "cat")], values[10].Boxes.ToArray());
    }

    [Fact]
    public void A_type_for_each_of_the_contract() =>
        Assert.Equal(System.Enum.GetValues<ColumnType>().Except([ColumnType.Unspecified]), All.Select(column => column.Type).Order());

    [Fact]
    public void A_column_that_two_want_is_asked_for_once()
    {
        var records = new RawRecords(Version(("a", ColumnType.Int64), ("b", ColumnType.Int64)), [Column("b"), Column("a"), Column("b")]);
        Assert.Equal(["b", "a"], records.Columns);

        static RecordColumn Column(string name) => new(name, ColumnKind.Integer);
    }

    [Fact]
    public void Declared_class_names_belong_to_labels_lists_of_them_and_boxes()
    {
        Assert.Equal([["x", "y"], []], Declared(("label", ColumnType.String), ("other", ColumnType.String)));
        Assert.Equal([["x", "y"], []], Declared(("label", ColumnType.StringList), ("other", ColumnType.StringList)));
        Assert.Equal([[], ["x", "y"]], Declared(("image", ColumnType.Image), ("boxes", ColumnType.Boxes)));
        Assert.Equal([[]], Declared(("label", ColumnType.Int64)));

        static IEnumerable<IReadOnlyList<string>> Declared(params (string, ColumnType)[] columns)
        {
            var version = Version(columns);
            version.LabelNames.Add(["x", "y"]);
            return DataSchema.Of(version).Columns.Select(column => column.ClassNames);
        }
    }

    [Fact]
    public void A_class_that_only_testing_has_is_known_to_boxes_when_the_data_declares_it()
    {
        var version = Version(("image", ColumnType.Image), ("boxes", ColumnType.Boxes));
        version.LabelNames.Add(["person", "bicycle", "car"]);
        var schema = DataSchema.Of(version);
        var pipeline = Mesh.Transforms.Pipeline.Create(new PipelineSpec([TransformSpec.Of("decode-image"), TransformSpec.Of("boxes", """{"max_boxes":1}""")]), schema);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        fitter.Observe(Image("person"));
        var fitted = pipeline.Finish(fitter.Complete());
        using var rows = RowBatch.Rent(fitted.Columns, 1);
        fitted.ApplyRecord(Image("car"), rows[0]);
        Assert.Equal(2, BitConverter.ToSingle(rows.Column(1).Span));

        RawRecord Image(string label) => new("r", schema, new[]
        {
            RecordValue.OfImage(RawImage.OfPixels(new byte[4], 2, 2, 1)), RecordValue.OfBoxes(new[] { new Mesh.Transforms.Records.Box(0, 0, 1, 1, label) }),
        });
    }

    [Fact]
    public void Records_of_another_schema_are_refused_by_name()
    {
        var version = Version(("a", ColumnType.Int64), ("b", ColumnType.String));
        var records = new RawRecords(version, DataSchema.Of(version).Columns);
        Assert.Equal("x.csv#1 has 1 values; 2 columns of v were asked for.",
            Assert.Throws<JobFailure>(() => records.Of(new Record { Source = "x.csv#1", Values = { new Value() } })).Message);
        Assert.Equal("x.csv#2: b is integer; its column is text.",
            Assert.Throws<JobFailure>(() => records.Of(new Record { Source = "x.csv#2", Values = { new Value(), new Value { Int64Value = 1 } } })).Message);
    }

    private static DatasetVersion Version(params (string Name, ColumnType Type)[] columns) => new()
    {
        Name = "v",
        Schema = new Schema { Columns = { columns.Select(column => new Column { Name = column.Name, Type = column.Type }) } },
    };
}
