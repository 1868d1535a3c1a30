using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Parameters;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Categories;

/// <summary>
/// Text or integer → int64 index in [0, buckets): <see cref="ScalarHash"/> modulo buckets. Crossed, the columns together give one index: the XXH64, with
/// the same seed, of the hashes of their values, 8 bytes each, little-endian, in the order of the inputs.
/// </summary>
internal sealed class Hash : RecordTransform
{
    private const string Refuse = "error";

    public override string Type => "hash";

    public override int Version => 1;

    public override string Summary => "Turns texts and integers, of which there may be any number, into indices of a fixed number of buckets by hashing (XXH64).";

    public override int MaximumInputs => PipelineSpec.MaximumColumns;

    public override IReadOnlyList<Parameter> Parameters { get; } =
    [
        new IntegerParameter("buckets", 2, 1L << 31, "How many; two values share a bucket by chance, the more often the fewer there are."),
        new IntegerParameter("seed", 0, 1L << 53, "Another seed gives other collisions.", 0),
        new BooleanParameter("cross", false, "Whether the columns together give one index, that of the combination of their values."),
        new ChoiceParameter("missing", [Refuse, "bucket"], Refuse,
            "What becomes of a missing value: the record is refused, or it has a bucket of its own, one more at the end."),
    ];

    internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs, ParameterValues values) =>
        values.Boolean("cross") ? [string.Join("_x_", inputs)] : inputs;

    internal override IReadOnlyList<ColumnType> Infer(StepContext step)
    {
        for (var i = 0; i < step.Inputs.Count; i++)
            ScalarColumn.Takes(step, i, ColumnKind.Text, ColumnKind.Integer);
        var index = ColumnType.Index(step.Values.Integer("buckets") + (step.Values.Choice("missing") == Refuse ? 0 : 1));
        return [.. Enumerable.Repeat(index, step.Values.Boolean("cross") ? 1 : step.Inputs.Count)];
    }

    internal override Action<WorkingRecord> Bind(StepContext step)
    {
        var (buckets, seed, refuse) = (step.Values.Integer("buckets"), step.Values.Integer("seed"), step.Values.Choice("missing") == Refuse);
        ScalarColumn[] columns = [.. step.Inputs.Select((_, i) => new ScalarColumn(step, i))];
        var to = step.OutputSlots.ToArray();
        return step.Values.Boolean("cross") ? Crossed : Each;

        void Each(WorkingRecord record)
        {
            for (var i = 0; i < to.Length; i++)
                record.Tensor<long>(to[i])[0] = TryHash(record, i, out var hash) ? (long)(hash % (ulong)buckets) : buckets;
        }

        void Crossed(WorkingRecord record)
        {
            Span<ulong> hashes = stackalloc ulong[columns.Length];
            var all = true;
            for (var i = 0; i < hashes.Length; i++)
                all &= TryHash(record, i, out hashes[i]);
            record.Tensor<long>(to[0])[0] = all ? (long)(ScalarHash.Of(hashes, seed) % (ulong)buckets) : buckets;
        }

        bool TryHash(WorkingRecord record, int input, out ulong hash)
        {
            var value = columns[input].Read(record);
            if (!ScalarText.IsMissing(value))
            {
                hash = ScalarHash.Of(value, seed);
                return true;
            }

            hash = 0;
            return refuse ? throw step.Missing(record, input) : false;
        }
    }
}
