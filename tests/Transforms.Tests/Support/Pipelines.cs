namespace Mesh.Transforms.Tests.Support;

/// <summary>Short ways to make and run a pipeline.</summary>
internal static class Pipelines
{
    public static Pipeline Of(params (string Type, string Parameters)[] transforms) => Pipeline.Create(Spec(transforms));

    public static PipelineSpec Spec(params (string Type, string Parameters)[] transforms) =>
        new([.. transforms.Select(transform => TransformSpec.Of(transform.Type, transform.Parameters))]);

    public static FittedPipeline Fit(this Pipeline pipeline, IReadOnlyList<string>? labelNames, params RawRecord[] records)
    {
        var fitter = pipeline.NewFitter();
        foreach (var record in records)
            fitter.Observe(record);
        return fitter.Complete(labelNames);
    }

    public static byte[] Apply(this FittedPipeline pipeline, RawRecord record)
    {
        var row = new byte[pipeline.RecordLength];
        pipeline.ApplyRecord(record, row, out _);
        return row;
    }

    /// <summary>The record stage on one record alone: shape and bytes.</summary>
    public static (int[] Shape, byte[] Bytes) Run(RawRecord record, params (string Type, string Parameters)[] transforms)
    {
        var fitted = Of(transforms).Fit(null, record);
        return (fitted.OutputShape, fitted.Apply(record));
    }
}
