using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Statistics;

namespace Mesh.Transforms.Numbers;

/// <summary>A statistic of the numbers of one input; missing ones do not count.</summary>
/// <param name="step">Bound, with slots.</param>
/// <param name="input">Which of its inputs.</param>
/// <param name="complete">What it comes to; there is at least one number then.</param>
internal sealed class NumberFit<TStatistic>(StepContext step, int input, Func<TStatistic, JsonObject> complete) : ColumnFit
    where TStatistic : INumberStatistic<TStatistic>, new()
{
    private readonly NumericColumn column = new(step, input);
    private readonly TStatistic statistic = new();

    public override void Check(WorkingRecord record) => column.TryRead(record, out _);

    public override void Observe(WorkingRecord record)
    {
        if (column.TryRead(record, out var number))
            statistic.Add(number);
    }

    public override void Merge(ColumnFit other) => statistic.Merge(((NumberFit<TStatistic>)other).statistic);

    public override void Save(FitWriter state) => statistic.Save(state);

    public override void Load(FitReader state) => statistic.Load(state);

    public override JsonObject Complete() => statistic.Count > 0
        ? complete(statistic)
        : throw new TransformException(step.Name, null, $"no training record has a number in '{step.InputNames[input]}' to learn from");
}
