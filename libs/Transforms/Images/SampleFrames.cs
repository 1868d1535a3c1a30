using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Images;

/// <summary>
/// A film (an animated GIF or WebP, a TIFF of several pages, or, of programs that have one, a list of images) → so many of its frames, in their order, each decoded as by
/// <see cref="DecodeImage"/>. The steps that follow change each frame alike, and the result is uint8 [frames, channels, height, width]. Frames are
/// chosen by their number; how long each is shown plays no part. Files of several pages are taken as they are stored, without EXIF orientation.
/// </summary>
internal sealed class SampleFrames : RecordTransform
{
    private const int MaximumFrames = 4096;

    public override string Type => "sample-frames";

    public override int Version => 1;

    public override string Summary => "Takes frames from an animated GIF or WebP or a TIFF of several pages, as gray or RGB bytes.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["image"];

    public override bool UsesImageLibrary => true;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("frames", 1, MaximumFrames, "Frames of the result."),
        new ChoiceParameter("choose", ["even", "stride", "first"], "even",
            "even: spread over the whole, in the middles of equal parts; stride: one in so many, from the first on; first: those at the beginning."),
        new IntegerParameter("stride", 1, 1 << 20, "With choose=stride: one frame in so many.", 1),
        new ChoiceParameter("short", ["refuse", "repeat"], "refuse",
            "When there are too few frames: refuse the record, or take some several times (choose=even) or the last one again."),
        .. DecodeImage.ColourParameters,
        new IntegerParameter("max_pixels", 1, (long)DecodeImage.MaximumSide * DecodeImage.MaximumSide,
            "Most pixels of all frames up to the last one that is taken, together; more are refused before they are decoded.", 128 << 20),
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        if (values.Integer("stride") > 1 && values.Choice("choose") != "stride")
            yield return ("stride", "has no meaning unless choose=stride");
    }

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Image, ColumnKind.ImageList);
        return [ColumnType.Pixels with { Frames = (int)step.Values.Integer("frames") }];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to, values) = (step.InputSlots[0], step.OutputSlots[0], step.Values);
        var stride = values.Choice("choose") switch { "even" => 0, "stride" => (int)values.Integer("stride"), _ => 1 };
        var decoding = new FrameDecoding(
            new((int)values.Integer("frames"), stride, Repeat: values.Choice("short") == "repeat"),
            new(values.Choice("channels") == "rgb", (int)values.Integer("background"), AutoOrient: true, values.Integer("max_pixels")));
        return record =>
        {
            if (record[from].IsMissing)
                throw step.Missing(record, 0);
            try
            {
                record.Set(to, record[from].Kind == ColumnKind.ImageList ? decoding.Decode(record[from].Images) : decoding.Decode(record[from].Image));
            }
            catch (ImageFileException e)
            {
                throw step.Error(record, e.Message, e.InnerException);
            }
        };
    }
}
