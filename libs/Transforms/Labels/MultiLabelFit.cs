using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Categories;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Labels;

/// <summary>The class names of training records that have several each.</summary>
internal sealed class MultiLabelFit(StepContext step, bool ignoresUnknown) : IFit
{
    private readonly CategoryCounts counts = new(ColumnKind.Text, Label.MaximumNames);
    private readonly string separator = step.Values.Text("separator");

    private string TooMany => $"'{step.InputNames[0]}' {counts.TooMany}";

    public void Check(WorkingRecord record)
    {
        // A name that is new and there twice counts twice, which matters only where there is next to no room left.
        var (added, length) = (0, 0);
        foreach (var name in Items(record))
        {
            if (name.Length > Label.MaximumLength)
                throw step.Error(record, $"a label has {name.Length} characters; at most {Label.MaximumLength} are allowed");
            if (counts.Contains(name))
                continue;
            length += name.Length;
            if (!counts.HasRoom(length, added++))
                throw step.Error(record, TooMany);
        }
    }

    public void Observe(WorkingRecord record)
    {
        foreach (var name in Items(record))
            counts.Add(name);
    }

    public void Merge(IFit other)
    {
        if (!counts.Merge(((MultiLabelFit)other).counts))
            throw Wrong(TooMany);
    }

    public void Save(FitWriter state) => counts.Save(state);

    public void Load(FitReader state) => counts.Load(state);

    public JsonObject Complete(StepContext completed)
    {
        var seen = counts.Sorted();
        var declared = step.Inputs[0].ClassNames;
        if (declared.Count == 0 && seen.Length == 0)
            throw Wrong("no training record has a label to learn from");
        if (declared.Count > 0 && !ignoresUnknown && seen.Except(declared).FirstOrDefault() is { } unknown)
            throw Wrong($"'{SpecViolation.Shorten(unknown)}' is in the data and not one of its {declared.Count} declared labels");
        return new() { ["names"] = PipelineJson.Names(declared.Count > 0 ? declared : seen) };
    }

    private LabelItems Items(WorkingRecord record) => new(record[step.InputSlots[0]], separator);

    private TransformException Wrong(string reason) => new(step.Name, null, reason);
}
