using System.Collections;
using Mesh.Specs;
using Mesh.Transforms.Records;

namespace Mesh.Transforms.Graph;

/// <summary>Which step each input comes from, by the rule that <see cref="PipelineSpec"/> states. Takes time in proportion to the spec.</summary>
internal sealed class Wiring
{
    // What is said about unknown names costs a comparison with every column.
    private const int MaximumHints = 16;
    private const int MaximumCompared = 2048;
    private const int ShownColumns = 10;

    private readonly RecordSchema? schema;
    private readonly Dictionary<string, List<Draft>> writers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> sources = new(StringComparer.Ordinal);

    // For each step, those it needs through steps that are listed before it.
    private readonly BitArray[] before;
    private int hints;

    private Wiring(IReadOnlyList<Draft> drafts, RecordSchema? schema)
    {
        this.schema = schema;
        before = [.. drafts.Select(_ => new BitArray(drafts.Count))];
        var earlier = new Dictionary<string, Draft>(StringComparer.Ordinal);
        foreach (var draft in drafts)
        {
            draft.Ports = new Port[draft.Inputs.Length];
            for (var input = 0; input < draft.Inputs.Length; input++)
            {
                draft.Ports[input] = Undecided;
                if (!earlier.TryGetValue(draft.Inputs[input], out var writer))
                    continue;
                draft.Ports[input] = PortOf(writer, draft.Inputs[input]);
                before[draft.Index].Or(before[writer.Index]);
                before[draft.Index][writer.Index] = true;
            }

            foreach (var output in draft.Outputs)
            {
                earlier[output] = draft;
                if (!writers.TryGetValue(output, out var all))
                    writers[output] = all = [];
                all.Add(draft);
            }
        }
    }

    /// <summary>Columns of the data that steps read, in the order in which they are first read.</summary>
    public IEnumerable<string> Sources => sources.OrderBy(source => source.Value).Select(source => source.Key);

    /// <summary>The steps that write a column, as listed.</summary>
    public IReadOnlyDictionary<string, List<Draft>> Writers => writers;

    /// <summary>Whether every column was found.</summary>
    public bool IsComplete { get; private set; } = true;

    private static Port Undecided => new(int.MinValue, 0);

    /// <summary>Sets the ports of all drafts.</summary>
    public static Wiring Of(IReadOnlyList<Draft> drafts, RecordSchema? schema)
    {
        var wiring = new Wiring(drafts, schema);
        foreach (var draft in drafts)
        {
            for (var input = 0; input < draft.Inputs.Length; input++)
            {
                if (draft.Ports[input] == Undecided)
                    draft.Ports[input] = wiring.Later(draft, input) ?? wiring.OfData(draft, input);
            }
        }

        return wiring;
    }

    public bool IsOfData(string name) => sources.ContainsKey(name) || schema?.IndexOf(name) >= 0;

    /// <summary>"; did you mean 'image'?", or the columns there are.</summary>
    public string Hint(string name)
    {
        var known = (schema?.Columns.Select(column => column.Name) ?? []).Concat(writers.Keys).Where(column => column != name).Distinct().Take(MaximumCompared).ToArray();
        var near = ++hints > MaximumHints ? "" : NearestNames.Of(name, known);
        if (near.Length > 0)
            return $"; did you mean {near}?";
        var more = known.Length > ShownColumns ? $" and {known.Length - ShownColumns} more" : "";
        return known.Length == 0 ? "" : $"; there are {string.Join(", ", known.Take(ShownColumns).Select(SpecViolation.Shorten))}{more}";
    }

    /// <summary>What a later step makes, if the data has no such column.</summary>
    private Port? Later(Draft draft, int input)
    {
        var name = draft.Inputs[input];
        var later = writers.GetValueOrDefault(name, []).Where(writer => writer.Index > draft.Index).ToArray();
        if (later.Length == 0 || draft.Outputs.Contains(name) || MayBeOfData(draft, name, later[0]))
            return null;
        if (later.Length > 1)
        {
            draft.Refuse($".inputs[{input}]", $"'{name}' is written later by {string.Join(" and ", later.Select(writer => writer.Described))}; "
                + "move this step behind the one it is to read");
        }

        return PortOf(later[0], name);
    }

    /// <summary>
    /// Whether the data has the column that a later step writes. Nobody may have said what the data is: then it has to, if that step changes the column
    /// in place, or needs this one.
    /// </summary>
    private bool MayBeOfData(Draft draft, string name, Draft later) => schema is not null
        ? schema.IndexOf(name) >= 0
        : later.Inputs.Contains(name) || before[later.Index][draft.Index];

    private Port OfData(Draft draft, int input)
    {
        var name = draft.Inputs[input];
        if (schema is not null && schema.IndexOf(name) < 0)
        {
            IsComplete = false;
            draft.Refuse($".inputs[{input}]", $"'{SpecViolation.Shorten(name)}' is a column neither of the data nor of a step{Hint(name)}");
        }

        if (!sources.TryGetValue(name, out var place))
            sources.Add(name, place = sources.Count);
        return new(Port.Source, place);
    }

    private static Port PortOf(Draft writer, string name) => new(writer.Index, Array.IndexOf(writer.Outputs, name));
}
