using Mesh.Blobs;
using Mesh.Preprocessing.V1;
using Mesh.Shards;
using Mesh.Tests.Shared;
using Mesh.Trainer.Tests.Support;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Pipeline = Mesh.Transforms.Pipeline;

namespace Mesh.Trainer.Tests.Service;

/// <summary>A small processed dataset of <see cref="Stripes"/> with its blobs, as Preprocessing leaves it.</summary>
internal static class StripesDataset
{
    public const string Name = "projects/default/processedDatasets/stripes";
    public static readonly string[] Labels = ["a", "b", "c", "d"];

    public static readonly Stripes Test = new(100, 3);

    /// <param name="state">The state folder of the mesh; blobs lie in its "blobs".</param>
    /// <param name="labelled">Whether the rows of the validation and test splits have labels.</param>
    public static async Task<ProcessedDataset> WriteAsync(TemporaryFolder state, int train, CancellationToken cancel, bool labelled = true)
    {
        var store = new FileBlobStore(state.File("blobs"));
        var scope = new BlobScope("preprocessing", "default");
        var training = new Stripes(train, 1);
        var fitted = Fit(training);
        var written = await store.WriteAsync(scope, new MemoryStream(fitted.ToJson()), expected: null, cancel);
        var dataset = new ProcessedDataset
        {
            Name = Name,
            DatasetVersion = "projects/default/datasets/stripes/versions/1",
            PipelineRun = "projects/default/pipelines/p/runs/r",
            FittedPipelineSha256 = written.Digest.Hex,
            SampleShape = { 1, Stripes.Side, Stripes.Side },
            Labels = { Labels },
            OutputColumns = { Columns(Stripes.Side) },
        };
        foreach (var (name, stripes) in new[] { ("train", training), ("validation", new Stripes(60, 2)), ("test", Test) })
        {
            var file = WriteShard(state.File("new-shards"), name, stripes, labelled || name == "train");
            var blob = await store.ImportAsync(scope, file.Path, await HashedContent.OfFileAsync(file.Path, cancel), cancel);
            dataset.Splits.Add(new ProcessedSplit
            {
                Name = name,
                RowCount = file.Rows,
                Shards = { new Shard { Sha256 = blob.Digest.Hex, SizeBytes = blob.Size, RowCount = file.Rows } },
            });
        }

        return dataset;
    }

    /// <summary>What every row of such datasets holds.</summary>
    public static IEnumerable<OutputColumn> Columns(int side) =>
        [new OutputColumn { Name = "image", ElementType = "uint8", Shape = { 1, side, side } }, new OutputColumn { Name = "label", ElementType = "int64" }];

    private static FittedPipeline Fit(Stripes training)
    {
        var spec = new PipelineSpec([TransformSpec.Of("decode-image"), TransformSpec.Of("label", $$"""{"names":["{{string.Join("\",\"", Labels)}}"]}"""), TransformSpec.Of("normalize")]);
        var pipeline = Pipeline.Create(spec, RecordSchema.LabelledImages);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        for (var i = 0; i < training.Labels.Length; i++)
        {
            fitter.Observe(RawRecord.Raw($"{i}", Image(training, i), Stripes.Side, Stripes.Side, 1, Labels[training.Labels[i]]));
        }

        return pipeline.Finish(fitter.Complete());
    }

    private static ShardFile WriteShard(string folder, string name, Stripes stripes, bool labelled)
    {
        Directory.CreateDirectory(folder);
        var layout = new ShardLayout(new ShardSchema(
            new ShardColumn("image", ElementType.UInt8, [1, Stripes.Side, Stripes.Side]), new ShardColumn("label", ElementType.Int64)));
        using var writer = new RollingShardWriter(folder, layout, name);
        for (var i = 0; i < stripes.Labels.Length; i++)
        {
            writer.Append(1, Image(stripes, i), BitConverter.GetBytes(labelled ? stripes.Labels[i] : -1L));
        }

        return writer.Finish().Single();
    }

    private static byte[] Image(Stripes stripes, int index)
    {
        var image = new byte[Stripes.Side * Stripes.Side];
        stripes.Gather([index], image);
        return image;
    }
}
