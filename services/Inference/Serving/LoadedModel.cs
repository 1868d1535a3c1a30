using Mesh.Inference.Batching;
using Mesh.Inference.Onnx;
using Mesh.Inference.Predictions;

namespace Mesh.Inference.Serving;

/// <summary>
/// One version of a deployment in memory. Counted: each request holds it while it runs, the deployment while it is
/// current; the last to let go frees it.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly OnnxModel model;
    private readonly OnnxInstance[] instances;
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int holders = 1;

    public LoadedModel(string deployment, string version, OnnxModel model, ImageClassifier? classifier, InferenceOptions options, TimeProvider time)
    {
        (Version, this.model, Classifier) = (version, model, classifier);
        MaxBatchRows = model.HasRows ? options.MaxBatchRows : 1;
        var delay = TimeSpan.FromMilliseconds(MaxBatchRows > 1 ? options.MaxQueueDelayMilliseconds : 0);
        instances = [.. Enumerable.Range(0, options.RunsAtOnce).Select(_ => new OnnxInstance(model))];
        Batcher = new Batcher(deployment, instances, new BatchLimits(MaxBatchRows, options.MaxQueueRows, delay), time);
    }

    /// <summary>As the directory names it.</summary>
    public string Version { get; }

    /// <summary>The version alone, as the Open Inference Protocol names it: "3".</summary>
    public string VersionId => field ??= Version[(Version.LastIndexOf('/') + 1)..];

    public OnnxModel Model => model;

    public Batcher Batcher { get; }

    /// <summary>Rows of the largest request.</summary>
    public int MaxBatchRows { get; }

    /// <summary>How to predict on images; null for models of other tasks.</summary>
    public ImageClassifier? Classifier { get; }

    /// <summary>Completes when the memory is freed.</summary>
    public Task Drained => drained.Task;

    /// <summary>False when it was let go by all; look for its successor.</summary>
    public bool TryHold()
    {
        var seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref holders) > 0)
        {
            return;
        }

        Batcher.Dispose();
        foreach (var instance in instances)
        {
            instance.Dispose();
        }

        model.Dispose();
        drained.TrySetResult();
    }
}
