using Mesh.Specs;

namespace Mesh.Transforms.Graph;

/// <summary>Which columns are the result, each in the form its last writer gives it.</summary>
internal sealed class ResultColumns(PipelineSpec spec, IReadOnlyList<Draft> drafts, Wiring wiring, StepOrder order)
{
    /// <summary>Names and where they come from; steps are places in the spec.</summary>
    public IReadOnlyList<(string Name, Port Port)> Find(List<SpecViolation> problems, bool explicitOnly)
    {
        var found = explicitOnly ? Named(problems) : Unread();
        if (found.Count > PipelineSpec.MaximumColumns)
            problems.Add(new("outputs", $"has {found.Count} columns; at most {PipelineSpec.MaximumColumns} are allowed"));
        if (explicitOnly && wiring.IsComplete && problems.Count == 0 && drafts.All(draft => draft.Problems.Count == 0))
            CheckUse(found);
        return found;
    }

    private List<(string Name, Port Port)> Named(List<SpecViolation> problems)
    {
        var found = new List<(string, Port)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Outputs.Count && i <= PipelineSpec.MaximumColumns; i++)
        {
            var name = spec.Outputs[i];
            if (!seen.Add(name))
                problems.Add(new($"outputs[{i}]", $"'{SpecViolation.Shorten(name)}' is there twice"));
            else if (wiring.Writers.ContainsKey(name))
                found.Add((name, Last(name)));
            else if (wiring.IsOfData(name))
                problems.Add(new($"outputs[{i}]", $"'{SpecViolation.Shorten(name)}' is a column of the data; a step has to make a tensor of it"));
            else
                problems.Add(new($"outputs[{i}]", $"'{SpecViolation.Shorten(name)}' is not written by any step{wiring.Hint(name)}"));
        }

        return found;
    }

    private List<(string Name, Port Port)> Unread()
    {
        var read = drafts.SelectMany(draft => draft.Ports.Where((_, input) => draft.Definition?.LooksAt(input) != true)).ToHashSet();
        return [.. wiring.Writers.Keys
            .OrderBy(name => wiring.Writers[name][0].Index).ThenBy(name => Array.IndexOf(wiring.Writers[name][0].Outputs, name))
            .Select(name => (name, Last(name)))
            .Where(column => !read.Contains(column.Item2))];
    }

    /// <summary>The writer that no other writer of the column needs.</summary>
    private Port Last(string name)
    {
        var writers = wiring.Writers[name];
        var last = writers.LastOrDefault(writer => !writers.Exists(other => order.Needs(other.Index, writer.Index))) ?? writers[^1];
        return new(last.Index, Array.IndexOf(last.Outputs, name));
    }

    private void CheckUse(IReadOnlyList<(string Name, Port Port)> result)
    {
        foreach (var draft in drafts)
        {
            if (!result.Any(column => column.Port.Step == draft.Index || order.Needs(column.Port.Step, draft.Index)))
                draft.Refuse("", "is not used: nothing in outputs needs it");
        }
    }
}
