using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Images;

/// <summary>
/// Raw pixels or an image file → uint8 [height, width, 1 or 3]. Raw pixels and a lossless file of the same pixels give the same bytes: alpha
/// and channels are treated here, after decoding, and not by the image library.
/// </summary>
internal sealed class DecodeImage : TransformDefinition
{
    public const string TypeName = "decode-image";
    public const int MaximumSide = 16384;
    public const int MaximumFileBytes = 256 << 20;

    public override string Type => TypeName;

    public override int Version => 1;

    public override TransformStage Stage => TransformStage.Record;

    public override string Summary => "Reads raw pixels or a PNG, JPEG, WebP, GIF (first frame) or TIFF (first page) image as gray or RGB bytes.";

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new ChoiceParameter("channels", ["keep", "rgb"], "keep", "keep: gray stays one channel, colour three; rgb: always three channels."),
        new IntegerParameter("background", 0, 255, "Gray level that shows through transparent pixels.", 0),
        new BooleanParameter("auto_orient", true, "Turn photographs upright by their EXIF orientation."),
        new IntegerParameter("max_pixels", 1, (long)MaximumSide * MaximumSide,
            "Larger images are refused before they are decoded, in pixels.", 64 << 20),
    ];

    internal override Action<WorkingRecord> BindImage(ParameterValues values)
    {
        var rgb = values.Choice("channels") == "rgb";
        var background = (int)values.Integer("background");
        var autoOrient = values.Boolean("auto_orient");
        var maximumPixels = values.Integer("max_pixels");
        return record =>
        {
            try
            {
                record.Image = record.Source.Encoding == RecordEncoding.Raw
                    ? Raw(record.Source, maximumPixels)
                    : ImageFile.Decode(record.Source.Image, maximumPixels, autoOrient);
            }
            catch (ImageFileException e)
            {
                throw new TransformException(TypeName, record.Source.Name, e.Message, e.InnerException);
            }

            if (record.Image.Channels is 2 or 4)
                record.Image = Blend(record.Image, background);
            if (rgb && record.Image.Channels == 1)
                record.Image = Triple(record.Image);
        };
    }

    private static PixelBuffer Raw(RawRecord record, long maximumPixels)
    {
        var (height, width, channels) = (record.Height, record.Width, record.Channels);
        if (height is < 1 or > MaximumSide || width is < 1 or > MaximumSide || channels is < 1 or > 4)
            throw new ImageFileException($"a raw image of {height}×{width}×{channels} is outside 1 to {MaximumSide} a side and 1 to 4 channels");
        if ((long)height * width > maximumPixels)
            throw new ImageFileException($"is {width}×{height} pixels; at most {maximumPixels} are decoded (max_pixels)");
        if (record.Image.Length != (long)height * width * channels)
            throw new ImageFileException($"a raw image of {height}×{width}×{channels} has {record.Image.Length} bytes");
        return PixelBuffer.Over(record.Image, height, width, channels);
    }

    private static PixelBuffer Blend(PixelBuffer image, int background)
    {
        var colours = image.Channels - 1;
        var result = PixelBuffer.Rent(image.Height, image.Width, colours);
        var from = image.Pixels.Span;
        var to = result.Writable;
        for (int i = 0, o = 0; o < to.Length; i += image.Channels, o += colours)
        {
            var alpha = from[i + colours];
            for (var channel = 0; channel < colours; channel++)
                to[o + channel] = (byte)((from[i + channel] * alpha + background * (255 - alpha) + 127) / 255);
        }

        return result;
    }

    private static PixelBuffer Triple(PixelBuffer image)
    {
        var result = PixelBuffer.Rent(image.Height, image.Width, 3);
        var from = image.Pixels.Span;
        var to = result.Writable;
        for (var i = 0; i < from.Length; i++)
            to.Slice(i * 3, 3).Fill(from[i]);
        return result;
    }
}
