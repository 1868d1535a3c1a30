using Google.Protobuf;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.Transforms.Images;

namespace Mesh.Ingest.Records;

/// <summary>The first records of a version, small enough for a page: pictures become thumbnails, long values are cut.</summary>
internal sealed class RecordPreview(VersionRecords versions)
{
    private const int DefaultRecords = 32;
    private const int MaxRecords = 100;
    private const int ThumbnailSide = 128;
    private const int MaxText = 1000;
    private const int MaxValues = 100;

    public async Task<DatasetVersionPreview> GetAsync(PreviewDatasetVersionRequest request, CancellationToken cancel)
    {
        if (request.Records is < 0 or > MaxRecords)
        {
            throw MeshError.Invalid("records", $"must be 1 to {MaxRecords}, or 0 for {DefaultRecords}.");
        }

        var version = await versions.OpenAsync(request.Name, cancel);
        var split = request.Split.Length > 0 ? request.Split : version.Version.Splits[0].Name;
        if (version.Version.Splits.All(s => s.Name != split))
        {
            throw MeshError.Invalid("split", $"must be one of {string.Join(", ", version.Version.Splits.Select(s => $"\"{s.Name}\""))}.");
        }

        var preview = new DatasetVersionPreview { Split = split, Columns = { version.Version.Schema.Columns } };
        await versions.GuardAsync(request.Name, () => FillAsync(version, split, request.Records == 0 ? DefaultRecords : request.Records, preview, cancel), cancel);
        return preview;
    }

    private static async Task FillAsync(OpenedVersion version, string split, int count, DatasetVersionPreview preview, CancellationToken cancel)
    {
        var values = new RecordValues();
        await foreach (var (index, cursor) in version.ReadAsync(split, 0, _ => true, cancel))
        {
            var record = new Record { Index = index, Source = cursor.Source, Split = split };
            for (var column = 0; column < cursor.Row.Columns.Length; column++)
            {
                record.Values.Add(cursor.Row.TypeOf(column) == ColumnType.Image && !cursor.Row.IsMissing(column)
                    ? Picture(cursor.Row.Image(column))
                    : Cut(values.Of(cursor.Row, column)));
            }

            preview.Records.Add(record);
            if (preview.Records.Count == count)
            {
                return;
            }
        }
    }

    private static Value Picture(in ImageCell image)
    {
        var picture = image.Format == ImageCell.Raw
            ? Thumbnail.OfPixels(image.Data, image.Height, image.Width, image.Channels, ThumbnailSide)
            : Thumbnail.OfFile(image.Data, ThumbnailSide);
        return picture is null ? new Value() : new Value { Image = new ImageValue { Data = UnsafeByteOperations.UnsafeWrap(picture), Encoding = ImageEncoding.File } };
    }

    private static Value Cut(Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StringValue when value.StringValue.Length > MaxText:
                // Not between the two halves of a character.
                var end = char.IsHighSurrogate(value.StringValue[MaxText - 1]) ? MaxText - 1 : MaxText;
                return new Value { StringValue = value.StringValue[..end] + "…" };
            case Value.KindOneofCase.BytesValue when value.BytesValue.Length > MaxText:
                return new Value { BytesValue = ByteString.CopyFrom(value.BytesValue.Span[..MaxText]) };
            case Value.KindOneofCase.StringList:
                return new Value { StringList = new StringList { Values = { value.StringList.Values.Take(MaxValues) } } };
            case Value.KindOneofCase.Int64List:
                return new Value { Int64List = new Int64List { Values = { value.Int64List.Values.Take(MaxValues) } } };
            case Value.KindOneofCase.DoubleList:
                return new Value { DoubleList = new DoubleList { Values = { value.DoubleList.Values.Take(MaxValues) } } };
            case Value.KindOneofCase.Boxes:
                return new Value { Boxes = new BoxList { Boxes = { value.Boxes.Boxes.Take(MaxValues) } } };
            default:
                return value;
        }
    }
}
