using System.Text.Json.Nodes;
using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Numbers;
using Mesh.Transforms.Parameters;

namespace Mesh.Transforms.Tests.Support;

/// <summary>
/// Transforms that exist to try what the catalogue has none for yet, beside those it has: fits that need other fits, rows that are not records,
/// several outputs, shapes that data decides.
/// </summary>
internal static class TestTransforms
{
    public static TransformCatalog Catalog { get; } = new([.. TransformCatalog.Standard.All, new Above(), new Share(), new OneHot(), new Halves(), new Pairs(), new Items("items", spans: false), new Items("spanning-items", spans: true)]);

    public static Pipeline Create(RecordSchema schema, params TransformSpec[] transforms) => Pipeline.Create(new(transforms), schema, Catalog);

    public static Pipeline Create(RecordSchema schema, string[] outputs, params TransformSpec[] transforms) =>
        Pipeline.Create(new(transforms, outputs), schema, Catalog);

    /// <summary>Everything wrong with it, one line each.</summary>
    public static string[] Violations(RecordSchema? schema, string[] outputs, params TransformSpec[] transforms)
    {
        GraphBuilder.Build(new(transforms, outputs), schema, Catalog, out var violations);
        return [.. violations.Select(violation => violation.ToString())];
    }

    /// <summary>Least and greatest of integers: exact, however the data is split.</summary>
    private sealed class Range(StepContext step) : IFit
    {
        private double? least;
        private double? greatest;

        public void Observe(WorkingRecord record) => Add(record[step.InputSlots[0]].AsNumber);

        public void Merge(IFit other)
        {
            if (((Range)other).least is { } low)
                Add(low);
            if (((Range)other).greatest is { } high)
                Add(high);
        }

        public void Save(FitWriter state)
        {
            state.Count(least is null ? 0 : 1);
            if (least is null)
                return;
            state.Number(least.Value);
            state.Number(greatest!.Value);
        }

        public void Load(FitReader state)
        {
            if (state.Long(1) == 0)
                return;
            (least, greatest) = (state.Number(), state.Number());
            if (!double.IsFinite(least.Value) || !double.IsFinite(greatest.Value) || least > greatest)
                throw state.Wrong("it is no range");
        }

        public JsonObject Complete(StepContext completed) => new() { ["least"] = least, ["greatest"] = greatest };

        private void Add(double value) => (least, greatest) = (Math.Min(least ?? value, value), Math.Max(greatest ?? value, value));
    }

    /// <summary>Number → number above the least one of the training records.</summary>
    private sealed class Above : RecordTransform
    {
        public override string Type => "above";

        public override int Version => 1;

        public override string Summary => "Above the least.";

        internal override IReadOnlyList<ColumnType> Infer(StepContext step)
        {
            step.Takes(0, ColumnKind.Number, ColumnKind.Integer);
            return [ColumnType.Number];
        }

        internal override bool HasFit(ParameterValues values) => true;

        internal override IFit NewFit(StepContext step) => new Range(step);

        internal override Action<WorkingRecord> Bind(StepContext step)
        {
            var least = step.Fitted!.Required("least").GetDouble();
            step.Fitted.Required("greatest");
            return record => record.Set(step.OutputSlots[0], RecordValue.OfNumber(record[step.InputSlots[0]].AsNumber - least));
        }
    }

    /// <summary>Number → float32 share of the greatest.</summary>
    private sealed class Share : RecordTransform
    {
        public override string Type => "share";

        public override int Version => 1;

        public override string Summary => "Share of the greatest.";

        internal override IReadOnlyList<ColumnType> Infer(StepContext step)
        {
            step.Takes(0, ColumnKind.Number);
            return [ColumnType.Tensor(ElementType.Float32, [])];
        }

        internal override bool HasFit(ParameterValues values) => true;

        internal override IFit NewFit(StepContext step) => new Range(step);

        internal override Action<WorkingRecord> Bind(StepContext step)
        {
            var greatest = step.Fitted!.Required("greatest").GetDouble();
            step.Fitted.Required("least");
            return record => record.Tensor<float>(step.OutputSlots[0])[0] = (float)(record[step.InputSlots[0]].AsNumber / greatest);
        }
    }

    /// <summary>Integer from 0 → one-hot vector as wide as the training records need.</summary>
    private sealed class OneHot : RecordTransform
    {
        public override string Type => "one-hot-test";

        public override int Version => 1;

        public override string Summary => "One of many.";

        internal override IReadOnlyList<ColumnType> Infer(StepContext step)
        {
            step.Takes(0, ColumnKind.Integer);
            return [ColumnType.Tensor(ElementType.Float32, step.Fitted is null ? null : [(int)step.Fitted.Integer("greatest", 0, 1000) + 1])];
        }

        internal override bool HasFit(ParameterValues values) => true;

        internal override IFit NewFit(StepContext step) => new Range(step);

        internal override Action<WorkingRecord> Bind(StepContext step)
        {
            step.Fitted!.Required("least");
            return record =>
            {
                var vector = record.Tensor<float>(step.OutputSlots[0]);
                vector.Clear();
                vector[(int)record[step.InputSlots[0]].Integer] = 1;
            };
        }
    }

    /// <summary>Number → its whole part and the rest.</summary>
    private sealed class Halves : RecordTransform
    {
        public override string Type => "halves";

        public override int Version => 1;

        public override string Summary => "Whole part and rest.";

        internal override IReadOnlyList<string> DefaultOutputs(IReadOnlyList<string> inputs) => [$"{inputs[0]}_whole", $"{inputs[0]}_rest"];

        internal override IReadOnlyList<ColumnType> Infer(StepContext step)
        {
            step.Takes(0, ColumnKind.Number);
            return [ColumnType.Number, ColumnType.Number];
        }

        internal override Action<WorkingRecord> Bind(StepContext step) => record =>
        {
            var value = record[step.InputSlots[0]].Number;
            record.Set(step.OutputSlots[0], RecordValue.OfNumber(Math.Floor(value)));
            record.Set(step.OutputSlots[1], RecordValue.OfNumber(value - Math.Floor(value)));
        };
    }

    /// <summary>Numbers of neighbouring records → a float32 pair; the last is paired with itself.</summary>
    private sealed class Pairs : SequenceTransform
    {
        public override string Type => "pairs";

        public override int Version => 1;

        public override string Summary => "Pairs of neighbours.";

        public override bool SpansRecords => true;

        internal override IReadOnlyList<ColumnType> Infer(StepContext step)
        {
            step.Takes(0, ColumnKind.Number, ColumnKind.Integer);
            return [ColumnType.Tensor(ElementType.Float32, [2])];
        }

        internal override Func<ISequence> Bind(StepContext step) => () => new Run(step);

        private sealed class Run(StepContext step) : ISequence
        {
            private float? before;

            public void Push(WorkingRecord record, Action emit)
            {
                var now = Number.Of(step, record, 0, record[step.InputSlots[0]]);
                if (before is { } last)
                    Emit(record, last, now, emit);
                before = now;
            }

            public void Flush(WorkingRecord record, Action emit)
            {
                if (before is { } last)
                    Emit(record, last, last, emit);
                before = null;
            }

            private void Emit(WorkingRecord record, float first, float second, Action emit)
            {
                var pair = record.Tensor<float>(step.OutputSlots[0]);
                (pair[0], pair[1]) = (first, second);
                emit();
            }
        }
    }

    /// <summary>A list of integers → a row for each.</summary>
    private sealed class Items(string type, bool spans) : SequenceTransform
    {
        public override string Type => type;

        public override int Version => 1;

        public override string Summary => "A row for each item.";

        public override bool SpansRecords => spans;

        internal override IReadOnlyList<ColumnType> Infer(StepContext step)
        {
            step.Takes(0, ColumnKind.IntegerList);
            return [ColumnType.Integer];
        }

        internal override Func<ISequence> Bind(StepContext step) => () => new Run(step);

        private sealed class Run(StepContext step) : ISequence
        {
            public void Push(WorkingRecord record, Action emit)
            {
                foreach (var item in record[step.InputSlots[0]].Integers)
                {
                    record.Set(step.OutputSlots[0], RecordValue.OfInteger(item));
                    emit();
                }
            }

            public void Flush(WorkingRecord record, Action emit)
            {
            }
        }
    }
}
