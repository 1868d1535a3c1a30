using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Graph;

/// <summary>Which step each input comes from, by the rule that <see cref="PipelineSpec"/> states.</summary>
internal sealed class Wiring
{
    // What is said about unknown names costs a comparison with every column.
    private const int MaximumHints = 16;
    private const int ShownColumns = 10;

    private readonly IReadOnlyList<Draft> drafts;
    private readonly RecordSchema? schema;
    private readonly Dictionary<string, List<Draft>> writers = new(StringComparer.Ordinal);
    private readonly List<string> sources = [];
    private int hints;

    private Wiring(IReadOnlyList<Draft> drafts, RecordSchema? schema)
    {
        (this.drafts, this.schema) = (drafts, schema);
        foreach (var draft in drafts)
        {
            foreach (var output in draft.Outputs)
            {
                if (!writers.TryGetValue(output, out var list))
                    writers[output] = list = [];
                list.Add(draft);
            }
        }
    }

    /// <summary>Columns of the data that steps read, in the order in which they are first read.</summary>
    public IReadOnlyList<string> Sources => sources;

    /// <summary>The steps that write a column, as listed.</summary>
    public IReadOnlyDictionary<string, List<Draft>> Writers => writers;

    /// <summary>Whether every column was found.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Sets the ports of all drafts.</summary>
    public static Wiring Of(IReadOnlyList<Draft> drafts, RecordSchema? schema)
    {
        var wiring = new Wiring(drafts, schema);
        foreach (var draft in drafts)
            draft.Ports = [.. draft.Inputs.Select((name, input) => wiring.Find(draft, input, name))];
        return wiring;
    }

    public bool IsOfData(string name) => sources.Contains(name) || schema?.IndexOf(name) >= 0;

    /// <summary>"; did you mean 'image'?", or the columns there are.</summary>
    public string Hint(string name)
    {
        var known = (schema?.Columns.Select(column => column.Name) ?? []).Concat(writers.Keys).Where(column => column != name).Distinct().ToArray();
        var near = ++hints > MaximumHints ? "" : NearestNames.Of(name, known);
        if (near.Length > 0)
            return $"; did you mean {near}?";
        var more = known.Length > ShownColumns ? $" and {known.Length - ShownColumns} more" : "";
        return known.Length == 0 ? "" : $"; there are {string.Join(", ", known.Take(ShownColumns).Select(SpecViolation.Shorten))}{more}";
    }

    private Port Find(Draft draft, int input, string name)
    {
        if (Earlier(draft, name) is { } earlier)
            return PortOf(earlier, name);

        var later = writers.GetValueOrDefault(name, []).Where(writer => writer.Index > draft.Index).ToArray();
        if (later.Length > 0 && !draft.Outputs.Contains(name) && !MayBeOfData(draft, name, later[0]))
        {
            if (later.Length > 1)
            {
                draft.Refuse($".inputs[{input}]", $"'{name}' is written later by {string.Join(" and ", later.Select(writer => writer.Described))}; "
                    + "move this step behind the one it is to read");
            }

            return PortOf(later[0], name);
        }

        if (schema is not null && schema.IndexOf(name) < 0)
        {
            IsComplete = false;
            draft.Refuse($".inputs[{input}]", $"'{SpecViolation.Shorten(name)}' is a column neither of the data nor of a step{Hint(name)}");
        }

        var place = sources.IndexOf(name);
        if (place < 0)
        {
            place = sources.Count;
            sources.Add(name);
        }

        return new(Port.Source, place);
    }

    private Draft? Earlier(Draft draft, string name) => writers.GetValueOrDefault(name, []).LastOrDefault(writer => writer.Index < draft.Index);

    /// <summary>
    /// Whether the data has the column that a later step writes. Nobody may have said what the data is: then it has to, if that step changes the column
    /// in place, or needs this one.
    /// </summary>
    private bool MayBeOfData(Draft draft, string name, Draft later) => schema is not null
        ? schema.IndexOf(name) >= 0
        : later.Inputs.Contains(name) || Needs(later, draft, []);

    /// <summary>Whether a step needs another through steps that are listed before each other.</summary>
    private bool Needs(Draft draft, Draft other, HashSet<Draft> seen) =>
        draft == other || (seen.Add(draft) && draft.Inputs.Any(name => Earlier(draft, name) is { } earlier && Needs(earlier, other, seen)));

    private static Port PortOf(Draft writer, string name) => new(writer.Index, Array.IndexOf(writer.Outputs, name));
}
