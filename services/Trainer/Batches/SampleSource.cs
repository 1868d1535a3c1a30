using Mesh.ModelGraph;

namespace Mesh.Trainer.Batches;

/// <summary>Copies rows of uint8 back to back; called from one thread at a time.</summary>
public delegate void GatherRows(ReadOnlySpan<long> rows, Span<byte> destination);

/// <summary>Turns uint8 rows into float32: the batch stage of the fitted transforms.</summary>
public delegate void ConvertRows(ReadOnlySpan<byte> rows, int count, Span<float> destination);

/// <summary>
/// The samples of one split, uint8 <c>[C, H, W]</c> and a class index each. Labels and row numbers are held in memory
/// (twelve bytes a row), images are not.
/// </summary>
public sealed class SampleSource
{
    /// <summary>The label of a row without one.</summary>
    public const int Unlabelled = -1;

    private readonly GatherRows gather;
    private readonly ConvertRows convert;
    private readonly int[] labels;
    private readonly long[] rows;

    /// <param name="shape">Shape of one sample.</param>
    /// <param name="labels">One for each row of the split, −1 for none.</param>
    /// <param name="classes">Labels lie in [0, classes).</param>
    /// <param name="keepUnlabelled">Whether rows without a label are samples too: they can be predicted, not learned from.</param>
    /// <exception cref="InvalidSamplesException">A label is out of range, or there are no samples.</exception>
    public SampleSource(
        TensorShape shape, IEnumerable<long> labels, int classes, GatherRows gather, ConvertRows convert, bool keepUnlabelled = false)
    {
        Shape = shape;
        this.gather = gather;
        this.convert = convert;
        var (kept, keptRows, row) = (new List<int>(), new List<long>(), 0L);
        foreach (var label in labels)
        {
            if (label < Unlabelled || label >= classes)
                throw new InvalidSamplesException($"row {row} has label {label}; there are {classes} classes");
            if (label != Unlabelled || keepUnlabelled)
            {
                kept.Add((int)label);
                keptRows.Add(row);
            }
            row++;
        }
        if (kept.Count == 0) throw new InvalidSamplesException(keepUnlabelled ? "there are no rows" : $"none of the {row} rows has a label");
        this.labels = [.. kept];
        rows = [.. keptRows];
    }

    public TensorShape Shape { get; }

    public int Count => labels.Length;

    /// <summary>How many samples have a label.</summary>
    public int Labelled => labels.Count(l => l != Unlabelled);

    /// <summary>Whether some samples have no label.</summary>
    public bool HasUnlabelled => labels.Contains(Unlabelled);

    /// <exception cref="InvalidSamplesException">The samples have another shape.</exception>
    public void RequireShape(TensorShape expected)
    {
        if (!Shape.Equals(expected)) throw new InvalidSamplesException($"the samples are {Shape}; the model takes {expected}");
    }

    /// <summary>The row in the split that a sample comes from.</summary>
    public long Row(int sample) => rows[sample];

    /// <summary>The class index, or <see cref="Unlabelled"/>.</summary>
    public int Label(int sample) => labels[sample];

    /// <summary>
    /// Gathers and converts samples. <paramref name="scratch"/> has a byte for each element; <paramref name="inputs"/> at least a float for each, and
    /// <paramref name="classes"/> an element for each sample.
    /// </summary>
    public void Read(ReadOnlySpan<int> samples, Span<byte> scratch, Span<float> inputs, Span<long> classes)
    {
        // Until the rows are gathered, the place of each label holds the number of its row: no memory of its own for them.
        classes = classes[..samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            classes[i] = rows[samples[i]];
        }
        gather(classes, scratch);
        convert(scratch, samples.Length, inputs);
        for (var i = 0; i < samples.Length; i++)
        {
            classes[i] = labels[samples[i]];
        }
    }
}
