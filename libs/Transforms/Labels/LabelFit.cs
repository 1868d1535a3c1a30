using System.Globalization;
using System.Text.Json.Nodes;
using Mesh.Specs;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Records;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Labels;

/// <summary>The class names of the training records.</summary>
internal class LabelFit(StepContext step) : IFit
{
    private readonly SortedSet<string> seen = new(step.Inputs[0].Kind == ColumnKind.Integer ? Comparer<string>.Create(ByValue) : StringComparer.Ordinal);

    /// <summary>Where a record has what the step reads.</summary>
    protected int Slot => step.InputSlots[0];

    public virtual void Check(WorkingRecord record)
    {
        if (Label.NameOf(record[Slot]) is { } name)
            Check(record, name);
    }

    public virtual void Observe(WorkingRecord record)
    {
        if (Label.NameOf(record[Slot]) is { } name)
            Add(name);
    }

    public void Merge(IFit other)
    {
        seen.UnionWith(((LabelFit)other).seen);
        if (seen.Count > Label.MaximumNames)
            throw Wrong(TooMany);
    }

    public void Save(FitWriter state)
    {
        state.Count(seen.Count);
        foreach (var name in seen)
            state.Text(name);
    }

    public void Load(FitReader state)
    {
        var count = state.Count(Label.MaximumNames);
        for (var i = 0; i < count; i++)
        {
            var name = state.Text(Label.MaximumLength);
            if (name.Length == 0 || (step.Inputs[0].Kind == ColumnKind.Integer && !IsInteger(name))
                || (seen.Max is { } last && seen.Comparer.Compare(last, name) >= 0))
                throw state.Wrong("its labels are not sorted names");
            seen.Add(name);
        }
    }

    public JsonObject Complete(StepContext completed)
    {
        var given = step.Values.Names("names");
        IReadOnlyCollection<string> names = given.Length > 0 ? given
            : step.Inputs[0].ClassNames is { Count: > 0 } declared ? declared
            : seen;
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name.Length is 0 or > Label.MaximumLength || !known.Add(name) || known.Count > Label.MaximumNames)
                throw Wrong($"label name '{SpecViolation.Shorten(name)}' is empty, too long, given twice or one too many");
        }

        var unknown = seen.Where(name => !known.Contains(name)).ToArray();
        if (unknown.Length > 0)
        {
            var shown = string.Join(", ", unknown.Take(5).Select(name => $"'{SpecViolation.Shorten(name)}'"));
            throw Wrong($"{unknown.Length} of the labels in the data are not among the {known.Count} names: {shown}");
        }

        return new() { ["names"] = PipelineJson.Names(names) };
    }

    protected void Check(WorkingRecord record, string name)
    {
        if (name.Length > Label.MaximumLength)
            throw step.Error(record, $"a label has {name.Length} characters; at most {Label.MaximumLength} are allowed");
        if (seen.Count >= Label.MaximumNames && !seen.Contains(name))
            throw step.Error(record, TooMany);
    }

    protected void Add(string name) => seen.Add(name);

    private static string TooMany => $"there are more than {Label.MaximumNames} different labels";

    private static bool IsInteger(string name) =>
        long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value.ToString(CultureInfo.InvariantCulture) == name;

    private static int ByValue(string a, string b) => Value(a).CompareTo(Value(b));

    private static long Value(string name) => long.Parse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private TransformException Wrong(string reason) => new(step.Name, null, reason);
}
