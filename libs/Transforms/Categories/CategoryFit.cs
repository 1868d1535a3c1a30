using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;
using Mesh.Transforms.Scalars;

namespace Mesh.Transforms.Categories;

/// <summary>The different values of one input and how often each is there; missing ones do not count.</summary>
/// <param name="step">Bound, with slots.</param>
/// <param name="input">Which of its inputs.</param>
/// <param name="maximum">Most different values.</param>
/// <param name="advice">What to do when there are more.</param>
/// <param name="complete">What it comes to; there is at least one value then.</param>
internal sealed class CategoryFit(StepContext step, int input, int maximum, string advice, Func<CategoryCounts, JsonObject> complete) : ColumnFit
{
    private readonly ScalarColumn column = new(step, input);
    private readonly CategoryCounts counts = new(ScalarColumn.KindOf(step.Inputs[input]), maximum);

    private string Name => $"'{step.InputNames[input]}'";

    public override void Check(WorkingRecord record)
    {
        if (!ScalarText.TryFormat(column.Read(record), stackalloc char[ScalarText.BufferLength], out var text))
            return;
        if (text.Length > CategoryCounts.MaximumLength)
            throw step.Error(record, $"{Name} has {text.Length} characters; a category has at most {CategoryCounts.MaximumLength}");
        if (!counts.HasRoom(text.Length) && !counts.Contains(text))
            throw step.Error(record, TooMany);
    }

    public override void Observe(WorkingRecord record)
    {
        if (ScalarText.TryFormat(column.Read(record), stackalloc char[ScalarText.BufferLength], out var text))
            counts.Add(text);
    }

    public override void Merge(ColumnFit other)
    {
        if (!counts.Merge(((CategoryFit)other).counts))
            throw new TransformException(step.Name, null, TooMany);
    }

    public override void Save(FitWriter state) => counts.Save(state);

    public override void Load(FitReader state) => counts.Load(state);

    public override JsonObject Complete() =>
        counts.Distinct > 0 ? complete(counts) : throw new TransformException(step.Name, null, $"no training record has a value in {Name} to learn from");

    private string TooMany => $"{Name} {counts.TooMany}; {advice}";
}
