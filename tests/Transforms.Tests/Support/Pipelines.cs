namespace Mesh.Transforms.Tests.Support;

/// <summary>Short ways to make and run a pipeline on labelled images.</summary>
internal static class Pipelines
{
    public static Pipeline Of(params (string Type, string Parameters)[] transforms) => Pipeline.Create(Spec(transforms), RecordSchema.LabelledImages);

    public static PipelineSpec Spec(params (string Type, string Parameters)[] transforms) =>
        new([.. transforms.Select(transform => TransformSpec.Of(transform.Type, transform.Parameters))]);

    /// <summary>Labelled images whose data set declares class names.</summary>
    public static RecordSchema Declaring(IReadOnlyList<string>? labelNames) =>
        new(new RecordColumn("image", ColumnKind.Image), new RecordColumn("label", ColumnKind.Text) { ClassNames = labelNames ?? [] });

    public static PipelineFitter NewFitter(this Pipeline pipeline) => pipeline.NewFitter(pipeline.Unfitted);

    /// <summary>All passes over these records, whose data set declares these class names.</summary>
    public static FittedPipeline Fit(this Pipeline pipeline, IReadOnlyList<string>? labelNames, params RawRecord[] records) =>
        Fit(Pipeline.Create(pipeline.Spec, Declaring(labelNames)), records);

    public static FittedPipeline Fit(Pipeline pipeline, IReadOnlyCollection<RawRecord> records)
    {
        var state = pipeline.Unfitted;
        while (state.Passes < pipeline.FitPasses)
        {
            var fitter = pipeline.NewFitter(state);
            foreach (var record in records)
                fitter.Observe(record);
            state = fitter.Complete();
        }

        return pipeline.Finish(state);
    }

    /// <summary>The image of a record, as its row has it.</summary>
    public static byte[] Apply(this FittedPipeline pipeline, RawRecord record) => pipeline.Row(record)[0];

    /// <summary>The columns of a record's row.</summary>
    public static byte[][] Row(this FittedPipeline pipeline, RawRecord record)
    {
        using var rows = RowBatch.Rent(pipeline.Columns, 1);
        pipeline.ApplyRecord(record, rows[0]);
        return [.. Enumerable.Range(0, pipeline.Columns.Count).Select(column => rows.Column(column).ToArray())];
    }

    /// <summary>The record stage on one record alone: shape and bytes.</summary>
    public static (IReadOnlyList<int> Shape, byte[] Bytes) Run(RawRecord record, params (string Type, string Parameters)[] transforms)
    {
        var fitted = Of(transforms).Fit(null, record);
        return (fitted.Columns[0].Shape, fitted.Apply(record));
    }

    /// <summary>The batch stage of the image.</summary>
    public static BatchStage Batch(this FittedPipeline pipeline) => pipeline.Output("image")!.Batch!;

    /// <summary>The index in the column <c>label</c>.</summary>
    public static long LabelOf(this FittedPipeline pipeline, RawRecord record) => BitConverter.ToInt64(pipeline.Select("label").Row(record)[0]);
}
