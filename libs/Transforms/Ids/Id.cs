using Mesh.Specs;
using Mesh.Transforms.Categories;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Ids;

/// <summary>
/// Id of a user or item → int64 index from 1, in the order of the ids of the training records: texts by code units, all else by value. 0 is an id that was
/// not among them, and a missing one: a model has a row for it, and learns it when some training records lack the id.
/// </summary>
internal sealed class Id : RecordTransform
{
    public override string Type => "id";

    public override int Version => 1;

    public override string Summary => "Turns the ids of users or items into indices from 1; 0 is an id that the training records do not have, or none.";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("maximum", 1, IdList.Maximum, "Most different ids; more fail the fit. A fitted pipeline holds them all.", 1_000_000),
    ];

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        for (var i = 0; i < step.Inputs.Count; i++)
            ScalarColumn.Takes(step, i, ColumnKind.Text, ColumnKind.Integer, ColumnKind.Number, ColumnKind.Boolean, ColumnKind.Timestamp);
        return [.. step.Inputs.Select((_, i) =>
        {
            var ids = step.Fitted is null ? null : new IdList(ColumnFits.Read(step)[i], KindOf(step, i));
            return ColumnType.Index(ids?.Count + 1) with { Ids = ids };
        })];
    }

    internal override bool HasFit(ParameterValues values) => true;

    internal override IFit NewFit(StepContext step)
    {
        var most = (int)step.Values.Integer("maximum");
        return new ColumnFits(step, input => new CategoryFit(step, input, most, $"raise maximum, or take hash", IdList.Write));
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var to = step.OutputSlots.ToArray();
        ScalarColumn[] columns = [.. step.Inputs.Select((_, i) => new ScalarColumn(step, i))];
        CategoryIndex[] lists = [.. ColumnFits.Read(step).Select((fitted, i) => IdList.Index(fitted, KindOf(step, i)))];
        return record =>
        {
            for (var i = 0; i < to.Length; i++)
                record.Tensor<long>(to[i])[0] = lists[i].Find(columns[i].Read(record)) + 1;
        };
    }

    private static ColumnKind KindOf(StepContext step, int input) => ScalarColumn.KindOf(step.Inputs[input]);
}
