using Mesh.Transforms.Images;

namespace Mesh.Transforms;

/// <summary>A valid pipeline that has not seen data yet. Immutable; safe on any number of threads.</summary>
public sealed class Pipeline
{
    private readonly Action<WorkingRecord>[] imageSteps;

    private Pipeline(PipelineSpec spec, IReadOnlyList<BoundTransform> transforms)
    {
        Spec = spec;
        Transforms = transforms;
        imageSteps = [.. transforms.Select(transform => transform.Definition.BindImage(transform.Values)).OfType<Action<WorkingRecord>>()];
    }

    /// <summary>What it was made from.</summary>
    public PipelineSpec Spec { get; }

    /// <summary>Version of libvips, such as 8.18.7.</summary>
    public static string ImageLibraryVersion => ImageLibrary.Version;

    internal IReadOnlyList<BoundTransform> Transforms { get; }

    /// <summary>The transform that decides the shape of what comes out; errors about the shape name it.</summary>
    internal string LastImageTransform =>
        Transforms.Last(transform => transform.Definition.BindImage(transform.Values) is not null).Definition.Type;

    /// <summary>Throws <see cref="PipelineSpecException"/> with everything wrong with the spec.</summary>
    public static Pipeline Create(PipelineSpec spec)
    {
        var transforms = SpecBinder.Bind(spec, out var violations);
        return violations.Count == 0 ? new(spec, transforms) : throw new PipelineSpecException(violations);
    }

    /// <summary>An empty fit: one for each thread, to be merged at the end.</summary>
    public PipelineFitter NewFitter() => new(this);

    /// <summary>Runs every step on the image that needs no fitting. The caller disposes the result.</summary>
    internal WorkingRecord RunImage(RawRecord record)
    {
        var working = new WorkingRecord(record);
        try
        {
            foreach (var step in imageSteps)
                step(working);
            return working;
        }
        catch
        {
            working.Dispose();
            throw;
        }
    }
}
