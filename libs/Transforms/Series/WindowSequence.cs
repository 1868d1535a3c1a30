using System.Globalization;
using Mesh.Specs;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Series;

/// <summary>
/// Windows as records come. Groups may come one after the other or mixed: of each, the records of one window are kept, until the series is over.
/// </summary>
internal sealed class WindowSequence(StepContext step, WindowRoles roles) : ISequence
{
    /// <summary>Most memory for records that are kept, over all groups.</summary>
    public const long MaximumBytes = 256 << 20;

    private readonly int length = (int)step.Values.Integer("length");
    private readonly int horizon = step.OutputsWanted[1] ? (int)step.Values.Integer("horizon") : 0;
    private readonly long stride = step.Values.Integer("stride");
    private readonly double maximumGap = step.Values.Number("max_gap");
    private readonly bool skip = step.Values.Choice("missing") == "skip";
    private readonly int features = roles.Features.Length!.Value;
    private readonly int targets = roles.Targets.Length!.Value;
    private readonly Dictionary<(string? Text, long Number), Series> groups = [];

    // Of all records, the features, then the targets when they are wanted.
    private int Moment => features + (horizon > 0 ? targets : 0);

    public void Push(WorkingRecord record, Action emit)
    {
        var series = SeriesOf(record);
        if (series.Part != record.Part)
            (series.Part, series.Records) = (record.Part, 0);
        CheckTime(record, series);
        var place = (int)(series.Records % (length + horizon));
        var moment = series.Moments.AsSpan(place * Moment, Moment);
        // Read without asking first unless windows are skipped: a missing value is refused there.
        series.HasFeatures[place] = !skip || roles.Features.AllIn(record);
        if (series.HasFeatures[place])
            roles.Features.Read(record, moment);
        if (horizon > 0)
        {
            series.HasTargets[place] = !skip || roles.Targets.AllIn(record);
            if (series.HasTargets[place])
                roles.Targets.Read(record, moment[features..]);
        }

        series.Records++;
        var start = series.Records - length - horizon;
        if (start >= 0 && start % stride == 0 && IsWhole(series, start))
            Emit(record, series, start, emit);
    }

    public void Flush(WorkingRecord record, Action emit) => groups.Clear();

    private Series SeriesOf(WorkingRecord record)
    {
        var value = roles.Group < 0 ? default : record[step.InputSlots[roles.Group]];
        if (roles.Group >= 0 && value.IsMissing)
            throw step.Missing(record, roles.Group);
        var key = value.Kind switch
        {
            ColumnKind.Text => (value.Text, 0L),
            ColumnKind.Integer => (null, value.Integer),
            ColumnKind.Boolean => (null, value.Boolean ? 1L : 0L),
            _ => default((string?, long)),
        };
        if (groups.TryGetValue(key, out var series))
            return series;

        if ((groups.Count + 1L) * (length + horizon) * Moment * sizeof(float) > MaximumBytes)
            throw step.Error(record, $"is of group {groups.Count + 1}; the windows of so many at once take more than {MaximumBytes >> 20} MiB");
        return groups[key] = new(length + horizon, Moment);
    }

    private void CheckTime(WorkingRecord record, Series series)
    {
        if (roles.Time < 0)
            return;
        ref readonly var time = ref record[step.InputSlots[roles.Time]];
        if (time.IsMissing)
            throw step.Missing(record, roles.Time);
        if (time.Kind == ColumnKind.Number && !double.IsFinite(time.Number))
            throw step.Error(record, $"'{step.InputNames[roles.Time]}' is not a finite number");
        if (series.Records > 0)
        {
            var passed = Passed(series.Last, time);
            if (passed <= 0)
            {
                throw step.Error(record, $"'{step.InputNames[roles.Time]}' is {Describe(time)}, {(passed == 0 ? "as in" : "before that of")} the record before it"
                    + (roles.Group < 0 ? "" : " in its group") + "; a series has to ascend");
            }

            if (maximumGap > 0 && passed > maximumGap)
                series.Records = 0;
        }

        series.Last = time;
    }

    /// <summary>The time from one to the other, in seconds or the column's unit; its sign is exact.</summary>
    private static double Passed(in RecordValue from, in RecordValue to) => to.Kind switch
    {
        ColumnKind.Timestamp => (to.Timestamp - from.Timestamp).TotalSeconds,
        ColumnKind.Integer => (double)((Int128)to.Integer - from.Integer),
        _ => to.Number - from.Number,
    };

    private static string Describe(in RecordValue time) => time.Kind switch
    {
        ColumnKind.Timestamp => time.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        ColumnKind.Integer => time.Integer.ToString(CultureInfo.InvariantCulture),
        _ => time.Number.ToString(CultureInfo.InvariantCulture),
    };

    private bool IsWhole(Series series, long start)
    {
        for (var i = 0; i < length + horizon; i++)
        {
            var place = (int)((start + i) % (length + horizon));
            if (!(i < length ? series.HasFeatures : series.HasTargets)[place])
                return false;
        }

        return true;
    }

    private void Emit(WorkingRecord record, Series series, long start, Action emit)
    {
        if (step.OutputsWanted[0])
        {
            var window = record.Tensor<float>(step.OutputSlots[0]);
            for (var i = 0; i < length; i++)
                series.At(start + i)[..features].CopyTo(window[(i * features)..]);
        }

        if (horizon > 0)
        {
            var target = record.Tensor<float>(step.OutputSlots[1]);
            for (var i = 0; i < horizon; i++)
                series.At(start + length + i)[features..].CopyTo(target[(i * targets)..]);
        }

        emit();
    }

    /// <summary>The latest records of one series, in memory that goes round.</summary>
    private sealed class Series(int capacity, int moment)
    {
        public float[] Moments { get; } = new float[capacity * moment];

        public bool[] HasFeatures { get; } = new bool[capacity];

        public bool[] HasTargets { get; } = new bool[capacity];

        /// <summary>The part of the data that its latest record is of.</summary>
        public int Part { get; set; }

        /// <summary>Records since the series, or what follows its last gap or change of part, began.</summary>
        public long Records { get; set; }

        /// <summary>The time of the latest.</summary>
        public RecordValue Last { get; set; }

        public Span<float> At(long record) => Moments.AsSpan((int)(record % capacity) * moment, moment);
    }
}
