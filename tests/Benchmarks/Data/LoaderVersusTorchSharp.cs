using Mesh.Shards;
using Mesh.Shards.Loading;
using Mesh.Tests.Shared;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Torch;
using Mesh.Transforms;
using static TorchSharp.torch;

namespace Mesh.Benchmarks.Data;

/// <summary>
/// Samples/s of shuffled epochs of 10,000 Fashion-MNIST images, 128 at a time, as float32 tensors [n, 1, 28, 28] with int64 labels; the consumer does
/// nothing with them.
/// <list type="bullet">
/// <item>Mesh: the Trainer's loader gathers uint8 rows from a mapped shard, normalises them to float32 into tensors that go round, one thread ahead. A
/// shuffle, a thread and new tensors for each epoch are counted.</item>
/// <item>TorchSharp: <c>torch.utils.data.DataLoader</c> over a dataset that has each sample ready as a float32 tensor in memory, which is the best that
/// it can be given: it converts nothing and only collates. With one worker and with one a core; the faster one counts.</item>
/// </list>
/// </summary>
internal static class LoaderVersusTorchSharp
{
    private const int BatchSize = 128;
    private const int Rounds = 7;

    // So that each run takes some 100 ms.
    private const int MeshEpochs = 80;
    private const int TorchSharpEpochs = 4;

    public static readonly Benchmark Benchmark = new("loader.vs_torchsharp_dataloader", Target.AtLeast(10), Measure);

    private static double Measure()
    {
        NativeTorch.EnsureLoaded();
        using var folder = new TemporaryFolder();
        var images = FashionMnist.Train();
        using var shards = Write(images, folder.Path);
        var source = ShardSamples.Open(shards, Fit(images), FashionMnist.ClassNames.Length);
        using var samples = new TensorsInMemory(images);

        var seconds = InterleavedRuns.MedianSeconds(
            Rounds,
            () => RunMesh(source),
            () => RunTorchSharp(samples, workers: 1),
            () => RunTorchSharp(samples, workers: Environment.ProcessorCount));
        return Math.Min(seconds[1], seconds[2]) / TorchSharpEpochs / (seconds[0] / MeshEpochs);
    }

    private static void RunMesh(SampleSource source)
    {
        var samples = 0;
        for (var epoch = 0; epoch < MeshEpochs; epoch++)
        {
            using var loader = new BatchLoader(source, SampleOrder.Shuffled(source.Count, BatchSize, seed: 1, epoch));
            foreach (var batch in loader.Batches())
            {
                using (batch)
                {
                    samples += (int)batch.Inputs.shape[0];
                }
            }
        }
        RequireAll(samples, MeshEpochs * source.Count);
    }

    private static void RunTorchSharp(TensorsInMemory dataset, int workers)
    {
        var samples = 0;
        // Not disposed: that would dispose the dataset.
        var loader = new TorchSharp.Modules.DataLoader(dataset, BatchSize, shuffle: true, seed: 1, num_worker: workers);
        for (var epoch = 0; epoch < TorchSharpEpochs; epoch++)
        {
            // It does not stop by itself after the last batch.
            using var batches = loader.GetEnumerator();
            for (var i = 0; i < loader.Count && batches.MoveNext(); i++)
            {
                samples += (int)batches.Current["image"].shape[0];
            }
        }
        RequireAll(samples, TorchSharpEpochs * (int)dataset.Count);
    }

    private static void RequireAll(int samples, int expected)
    {
        if (samples != expected)
        {
            throw new InvalidOperationException($"{samples} samples came instead of {expected}.");
        }
    }

    private static FittedPipeline Fit(FashionMnist images)
    {
        var fitter = Pipeline.Create(new PipelineSpec([TransformSpec.Of("decode-image"), TransformSpec.Of("label"), TransformSpec.Of("normalize")])).NewFitter();
        for (var i = 0; i < images.Count; i++)
        {
            fitter.Observe(RawRecord.Raw($"{i}", images.Image(i).ToArray(), FashionMnist.Side, FashionMnist.Side, 1, FashionMnist.ClassNames[images.Labels[i]]));
        }
        return fitter.Complete(FashionMnist.ClassNames);
    }

    private static ShardSet Write(FashionMnist images, string folder)
    {
        var schema = new ShardSchema(
            new ShardColumn("image", ElementType.UInt8, 1, FashionMnist.Side, FashionMnist.Side), new ShardColumn("label", ElementType.Int64));
        using var writer = new RollingShardWriter(folder, new ShardLayout(schema));
        writer.Append(images.Count, images.Pixels, images.Labels.SelectMany(label => BitConverter.GetBytes((long)label)).ToArray());
        return ShardSet.Open([.. writer.Finish().Select(file => file.Path)]);
    }

    private sealed class TensorsInMemory : utils.data.Dataset
    {
        private readonly Tensor[] images;
        private readonly Tensor[] labels;

        public TensorsInMemory(FashionMnist source)
        {
            images = [.. Enumerable.Range(0, source.Count).Select(i => tensor(
                source.Image(i).ToArray().Select(value => value / 255f).ToArray(), [1, FashionMnist.Side, FashionMnist.Side]))];
            labels = [.. source.Labels.Select(label => tensor((long)label))];
        }

        public override long Count => images.Length;

        public override Dictionary<string, Tensor> GetTensor(long index) => new() { ["image"] = images[index], ["label"] = labels[index] };

        protected override void Dispose(bool disposing)
        {
            Array.ForEach(images, image => image.Dispose());
            Array.ForEach(labels, label => label.Dispose());
            base.Dispose(disposing);
        }
    }
}
