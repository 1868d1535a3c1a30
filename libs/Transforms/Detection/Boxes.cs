using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Images;
using Mesh.Transforms.Labels;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Detection;

/// <summary>
/// Labelled rectangles and the image they lie on → float32 [max_boxes, 5], see <see cref="BoxRows"/>, in the order of the data. They follow everything
/// that was done to the image before this step. A box without area is dropped, as there is nothing to see of it.
/// </summary>
internal sealed class Boxes : RecordTransform
{
    /// <summary>Which input is the image.</summary>
    public const int Image = 1;

    private const int MaximumBoxes = 65536;

    public override string Type => "boxes";

    public override int Version => 2;

    public override string Summary =>
        "Turns labelled rectangles into rows of class index, centre x, centre y, width and height, as shares of the image as it is then; put it behind every step that cuts or resizes the image.";

    public override IReadOnlyList<string> DefaultInputs { get; } = ["boxes", "image"];

    public override int MinimumInputs => 2;

    public override int MaximumInputs => 2;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("max_boxes", 1, MaximumBoxes, "Rows of the result; those behind an image's last box are −1.", 100),
        new ChoiceParameter("overflow", ["refuse", "largest"], "refuse",
            "When an image has more boxes: refuse the record, or keep the largest by their area on the image."),
        BoxRows.MinimumVisible,
        Label.NamesParameter,
    ];

    internal override bool LooksAt(int input) => input == Image;

    internal override bool IsTarget(int input) => input != Image;

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs) => [inputs[0]];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.Takes(0, ColumnKind.Boxes);
        step.Takes(Image, ColumnKind.Pixels);
        var rows = ColumnType.Tensor(ElementType.Float32, [(int)step.Values.Integer("max_boxes"), BoxRows.Values]);
        return [rows with { ClassNames = step.Fitted is null ? [] : Label.FittedNames(step.Fitted) }];
    }

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step) => new BoxLabelFit(step);

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, on, to) = (step.InputSlots[0], step.InputSlots[Image], step.OutputSlots[0]);
        var kinds = Label.FittedNames(step.Fitted!).Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        var minimumVisible = step.Values.Number(BoxRows.MinimumVisible.Name);
        var keepLargest = step.Values.Choice("overflow") == "largest";
        return record =>
        {
            if (record[from].IsMissing)
                throw step.Missing(record, 0);
            var boxes = record[from].Boxes;
            var image = record.Pixels(on);
            var geometry = image.Geometry;
            var rows = record.Tensor<float>(to);
            rows.Fill(BoxRows.None);
            var kept = 0;
            for (var i = 0; i < boxes.Length; i++)
            {
                var whole = Centred(step, record, boxes[i], i).Moved(geometry.Map);
                var visible = whole.Within(geometry.Least, geometry.Greatest);
                var kind = kinds.TryGetValue(boxes[i].Label, out var index) ? index : throw Unknown(step, record, boxes[i].Label, i, kinds.Count);
                if (!visible.IsEnoughOf(whole, minimumVisible))
                    continue;
                if (kept * BoxRows.Values == rows.Length)
                {
                    if (!keepLargest)
                        throw step.Error(record, $"has more than {kept} boxes (max_boxes); overflow=largest keeps the largest");
                    if (!MakeRoom(rows, visible, image))
                        continue;
                    kept--;
                }

                BoxRows.Write(rows, kept++, kind, visible, image.Width, image.Height);
            }
        };
    }

    private static CentredBox Centred(StepContext step, WorkingRecord record, in Box box, int place)
    {
        var (x, y, width, height) = (box.X, box.Y, box.Width, box.Height);
        if (!double.IsFinite(x + y + width + height) || width < 0 || height < 0)
            throw step.Error(record, FormattableString.Invariant($"box {place} is no rectangle: {width}×{height} at ({x}, {y})"));
        return new(x + width / 2, y + height / 2, width, height);
    }

    /// <summary>Removes the smallest box, the last of several, if it is smaller than the one to come.</summary>
    private static bool MakeRoom(Span<float> rows, in CentredBox coming, PixelBuffer image)
    {
        var smallest = 0;
        for (var row = BoxRows.Values; row < rows.Length; row += BoxRows.Values)
        {
            if (rows[row + 3] * rows[row + 4] <= rows[smallest + 3] * rows[smallest + 4])
                smallest = row;
        }

        if ((float)(coming.Width / image.Width) * (float)(coming.Height / image.Height) <= rows[smallest + 3] * rows[smallest + 4])
            return false;
        rows[(smallest + BoxRows.Values)..].CopyTo(rows[smallest..]);
        return true;
    }

    private static TransformException Unknown(StepContext step, WorkingRecord record, string label, int place, int known) => step.Error(record, label.Length == 0
        ? $"box {place} has no label"
        : $"'{SpecViolation.Shorten(label)}' of box {place} is not one of the {known} labels");
}
