using System.Text.Json.Nodes;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Images;

namespace Mesh.Transforms.Labels;

/// <summary>Counts the class names of the training records.</summary>
internal sealed class LabelFit(string[] givenNames) : IFit
{
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);

    public void Observe(WorkingRecord record)
    {
        if (record.LabelName is not { } name)
            return;
        if (name.Length > Label.MaximumLength)
            throw Wrong(record.Source.Name, $"a label has {name.Length} characters; at most {Label.MaximumLength} are allowed");
        if (counts.Count == Label.MaximumNames && !counts.ContainsKey(name))
            throw Wrong(record.Source.Name, $"there are more than {Label.MaximumNames} different labels");
        Add(name, 1);
    }

    public void Merge(IFit other)
    {
        foreach (var (name, count) in ((LabelFit)other).counts)
            Add(name, count);
        if (counts.Count > Label.MaximumNames)
            throw Wrong(null, $"there are more than {Label.MaximumNames} different labels");
    }

    public JsonObject Complete(FitContext context)
    {
        IReadOnlyCollection<string> names = givenNames.Length > 0 ? givenNames
            : context.LabelNames is { Count: > 0 } declared ? declared
            : counts.Keys;
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name.Length is 0 or > Label.MaximumLength || !known.Add(name) || known.Count > Label.MaximumNames)
                throw Wrong(null, $"label name '{SpecViolation.Shorten(name)}' is empty, too long, given twice or one too many");
        }

        var unknown = counts.Keys.Where(name => !known.Contains(name)).ToArray();
        if (unknown.Length > 0)
        {
            var shown = string.Join(", ", unknown.Take(5).Select(name => $"'{SpecViolation.Shorten(name)}'"));
            throw Wrong(null, $"{unknown.Length} of the labels in the data are not among the {known.Count} names: {shown}");
        }

        return new JsonObject { ["names"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) };
    }

    private void Add(string name, long count) => counts[name] = checked(counts.GetValueOrDefault(name) + count);

    private static TransformException Wrong(string? record, string reason) => new(Label.TypeName, record, reason);
}
