using Mesh.Shards;
using Mesh.Transforms.Graph;
using Mesh.Transforms.Rows;

namespace Mesh.Transforms.Augmenting;

/// <summary>Changes the row of one sample in place.</summary>
/// <param name="row">All columns of the row.</param>
/// <param name="random">Drawn from as often as needed; the same for the same sample of the same epoch.</param>
internal delegate void Augmentation(RowBuffer row, ref SampleRandom random);

/// <summary>
/// Random changes to stored rows in training. What happens to a sample is a pure function of (seed, epoch, sample): the same on every rank, for any
/// number of ranks and loader threads, and after a resume. Immutable; safe on any number of threads.
/// </summary>
public sealed class AugmentStage
{
    /// <summary>The place of a column that rows do not have.</summary>
    internal const int Absent = -1;

    // Each step draws from a stream of its own: another one before it changes nothing for it, and neither does a column that is not there.
    private readonly record struct Step(int Stream, Augmentation Change);

    private readonly TypedGraph typed;
    private readonly Step[] steps;

    internal AugmentStage(TypedGraph typed, IReadOnlyList<ShardColumn> columns)
    {
        this.typed = typed;
        Columns = columns;
        var all = Enumerable.Range(0, typed.Graph.Steps.Count).Where(step => typed.Graph.Steps[step].Definition.Stage == TransformStage.Augment).ToArray();
        var bound = new List<Step>();
        for (var stream = 0; stream < all.Length; stream++)
        {
            var context = typed.Contexts[all[stream]] with { InputSlots = Places(all[stream]) };
            if (context.InputSlots[0] == Absent)
                continue;
            if (typed.Graph.Steps[all[stream]].Definition is AugmentTransform definition)
                bound.Add(new(stream, definition.Bind(context)));
            else
                Mix = new(context.InputSlots[0], context.Values.Number("alpha"), stream);
        }

        steps = [.. bound];
    }

    /// <summary>The columns that rows have.</summary>
    public IReadOnlyList<ShardColumn> Columns { get; }

    /// <summary>What is done to whole batches, after everything that is done to each row; null for nothing.</summary>
    public MixStage? Mix { get; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => steps.Length == 0 && Mix is null;

    /// <summary>
    /// The same changes for rows of some of the columns; what the others would have got is left out. Throws <see cref="ArgumentException"/> when there is
    /// no such column.
    /// </summary>
    public AugmentStage Select(params IReadOnlyList<string> columns) => new(typed, [.. columns.Select(name =>
        Columns.FirstOrDefault(column => column.Name == name) ?? throw new ArgumentException($"There is no column {name} in the rows.", nameof(columns)))]);

    /// <summary>Changes one row in place. Allocates nothing.</summary>
    /// <param name="row">Of a batch of these <see cref="Columns"/>.</param>
    /// <param name="seed">Of the training run.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="sample">Place of the sample in the data, not in the epoch's order.</param>
    public void Apply(RowBuffer row, long seed, long epoch, long sample)
    {
        foreach (var (stream, change) in steps)
        {
            var random = new SampleRandom(seed, epoch, sample, stream);
            change(row, ref random);
        }
    }

    /// <summary>Which columns of the row a step changes.</summary>
    private int[] Places(int step)
    {
        var graph = typed.Graph;
        return [.. graph.Steps[step].Inputs.Select(input =>
        {
            var name = graph.Outputs.First(output => output.Stored == graph.StoredUnder(input)).Name;
            return Columns.ToList().FindIndex(column => column.Name == name);
        })];
    }
}
