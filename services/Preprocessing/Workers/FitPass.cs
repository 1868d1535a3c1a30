using Mesh.Transforms;
using Mesh.Transforms.Fitting;
using Mesh.Transforms.Records;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Preprocessing.Workers;

/// <summary>One pass of learning from training records, on every core: which fitter sees which record makes no difference.</summary>
internal sealed class FitPass(Pipeline pipeline, FittedState soFar, int cpus)
{
    private readonly PipelineFitter[] _fitters = [.. Enumerable.Range(0, cpus).Select(_ => pipeline.NewFitter(soFar))];

    /// <exception cref="TransformException">The first record (in order) that a transform refused.</exception>
    public void Observe(IReadOnlyList<RawRecord> records)
    {
        var refused = new (int Index, TransformException Error)?[_fitters.Length];
        Parallel.For(0, _fitters.Length, new ParallelOptions { MaxDegreeOfParallelism = _fitters.Length }, fitter =>
        {
            var i = fitter;
            try
            {
                for (; i < records.Count; i += _fitters.Length)
                {
                    _fitters[fitter].Observe(records[i]);
                }
            }
            catch (TransformException e)
            {
                refused[fitter] = (i, e);
            }
        });
        if (refused.OfType<(int Index, TransformException Error)>().OrderBy(r => r.Index).Select(r => r.Error).FirstOrDefault() is { } first)
        {
            throw first;
        }
    }

    /// <summary>What all of them saw. They are of no more use.</summary>
    /// <exception cref="TransformException">Together it is too much.</exception>
    public PipelineFitter Merge()
    {
        foreach (var other in _fitters.Skip(1))
        {
            _fitters[0].Merge(other);
        }

        return _fitters[0];
    }
}
