using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Images;

/// <summary>
/// Raw pixels or an image file → uint8 [height, width, 1 or 3]. Raw pixels and a lossless file of the same pixels give the same bytes: alpha
/// and channels are treated here, after decoding, and not by the image library.
/// </summary>
internal sealed class DecodeImage : RecordTransform
{
    public const string TypeName = "decode-image";
    public const int MaximumSide = 16384;
    public const int MaximumFileBytes = 256 << 20;

    public override string Type => TypeName;

    public override int Version => 1;

    public override string Summary => "Reads raw pixels or a PNG, JPEG, WebP, GIF (first frame) or TIFF (first page) image as gray or RGB bytes.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public override bool UsesImageLibrary => true;

    /// <summary>What becomes of the channels of a file.</summary>
    public static IReadOnlyList<Parameter> ColourParameters { get; } =
    [
        new ChoiceParameter("channels", ["keep", "rgb"], "keep", "keep: gray stays one channel, colour three; rgb: always three channels."),
        new IntegerParameter("background", 0, 255, "Gray level that shows through transparent pixels.", 0),
    ];

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        .. ColourParameters,
        new BooleanParameter("auto_orient", true, "Turn photographs upright by their EXIF orientation."),
        new IntegerParameter("max_pixels", 1, (long)MaximumSide * MaximumSide,
            "Larger images are refused before they are decoded, in pixels.", 64 << 20),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Image);
        return [ColumnType.Pixels];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots[0], step.OutputSlots[0]);
        var decoding = new Decoding(
            step.Values.Choice("channels") == "rgb", (int)step.Values.Integer("background"), step.Values.Boolean("auto_orient"), step.Values.Integer("max_pixels"));
        return record =>
        {
            if (record[from].IsMissing)
                throw step.Missing(record, 0);
            try
            {
                record.Set(to, decoding.Decode(record[from].Image));
            }
            catch (ImageFileException e)
            {
                throw step.Error(record, e.Message, e.InnerException);
            }
        };
    }
}
