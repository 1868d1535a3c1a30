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
    private readonly Augmentation[] steps;

    internal AugmentStage(TypedGraph typed)
    {
        var graph = typed.Graph;
        steps = [.. Enumerable.Range(0, graph.Steps.Count)
            .Where(step => graph.Steps[step].Definition is AugmentTransform)
            .Select(step => ((AugmentTransform)graph.Steps[step].Definition).Bind(typed.Contexts[step] with { InputSlots = Columns(graph, step) }))];
    }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => steps.Length == 0;

    /// <summary>Changes one row in place.</summary>
    /// <param name="row">Of a batch of the pipeline's columns.</param>
    /// <param name="seed">Of the training run.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="sample">Place of the sample in the data, not in the epoch's order.</param>
    public void Apply(RowBuffer row, long seed, long epoch, long sample)
    {
        for (var step = 0; step < steps.Length; step++)
        {
            // Each step draws from a stream of its own: another one before it changes nothing for it.
            var random = new SampleRandom(seed, epoch, sample, step);
            steps[step](row, ref random);
        }
    }

    /// <summary>Which columns of the row a step changes.</summary>
    private static int[] Columns(PipelineGraph graph, int step) =>
        [.. graph.Steps[step].Inputs.Select(input => graph.Outputs.ToList().FindIndex(output => output.Stored == graph.StoredUnder(input)))];
}
