using Mesh.Shards;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Dates;

/// <summary>
/// Timestamp → float32 vector of parts of it, in UTC and in the order asked for. Cyclic, what comes round again is two numbers, the sine and cosine of its
/// place on its circle, so that December is as near to January as to November; the year stays one number.
/// </summary>
internal sealed class DateParts : RecordTransform
{
    private static readonly string Words = string.Join(", ", DatePart.All.Select(part => part.Word));

    public override string Type => "date-parts";

    public override int Version => 1;

    public override string Summary => "Takes parts of timestamps, such as month, weekday and hour, as float32 numbers or as points on a circle.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new NameListParameter("parts", DatePart.All.Count, 16, $"Which parts, in order, of {Words}; months and days count from 1, weekdays from Monday as 0."),
        new BooleanParameter("cyclic", false, "Whether each part but the year becomes sine and cosine of its place on its circle."),
    ];

    internal override IEnumerable<(string Parameter, string Problem)> Check(ParameterValues values)
    {
        var parts = values.Names("parts");
        if (parts.Length == 0)
            yield return ("parts", $"must name at least one of {Words}");
        foreach (var unknown in parts.Where(part => DatePart.All.All(known => known.Word != part)))
            yield return ("parts", $"has '{SpecViolation.Shorten(unknown)}', which is none of {Words}");
    }

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        step.TakesAll(ColumnKind.Timestamp);
        var (parts, cyclic) = Parts(step);
        var length = parts.Sum(part => cyclic && part.Turn is not null ? 2 : 1);
        return [.. step.Inputs.Select(_ => ColumnType.Tensor(ElementType.Float32, [length]))];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (from, to) = (step.InputSlots.ToArray(), step.OutputSlots.ToArray());
        var (parts, cyclic) = Parts(step);
        return record =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                if (record[from[i]].IsMissing)
                    throw step.Missing(record, i);
                Write(record[from[i]].Timestamp, parts, cyclic, record.Tensor<float>(to[i]));
            }
        };
    }

    private static (DatePart[] Parts, bool Cyclic) Parts(StepContext step) =>
        ([.. step.Values.Names("parts").Select(word => DatePart.All.First(part => part.Word == word))], step.Values.Boolean("cyclic"));

    private static void Write(DateTime moment, DatePart[] parts, bool cyclic, Span<float> vector)
    {
        var at = 0;
        foreach (var part in parts)
        {
            if (cyclic && part.Turn is { } turn)
            {
                var (sine, cosine) = Math.SinCos(Math.Tau * turn(moment));
                (vector[at++], vector[at++]) = ((float)sine, (float)cosine);
            }
            else
            {
                vector[at++] = part.Value(moment);
            }
        }
    }
}
