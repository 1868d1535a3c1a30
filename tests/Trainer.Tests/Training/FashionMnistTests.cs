using Mesh.ModelGraph;
using Mesh.ModelGraph.Bundles;
using Mesh.Shards;
using Mesh.Tests.Shared;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Export;
using Mesh.Trainer.Training;
using Mesh.Specs;
using Mesh.Transforms;
using Mesh.Transforms.Records;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Mesh.Trainer.Tests.Training;

/// <summary>Real images through the real chain: fitted pipeline, Arrow shards, training, bundle, ONNX Runtime.</summary>
public sealed class FashionMnistTests
{
    private static readonly ShardSchema Schema = new(
        new ShardColumn("image", ElementType.UInt8, 1, FashionMnist.Side, FashionMnist.Side), new ShardColumn("label", ElementType.Int64));

    private static readonly TransformSpec[] FlipAndShift =
        [TransformSpec.Of("random-horizontal-flip"), TransformSpec.Of("random-shift", """{"x":1,"y":1,"unit":"pixels"}""")];

    [Fact]
    public async Task Two_epochs_of_the_cnn_reach_four_in_five_and_serving_repeats_every_answer()
    {
        using var folder = new TemporaryFolder();
        var test = FashionMnist.Test();
        var outcome = await TrainAsync(folder, epochs: 2, FlipAndShift);
        Assert.True(outcome.Test!.Summary.Accuracy > 0.8, $"accuracy {outcome.Test.Summary.Accuracy}");
        Assert.Equal(test.Labels.Select(l => (int)l), outcome.Test.Predictions.Select(p => p.Label));

        var bundle = ModelBundle.Read(folder.File("bundle.tar"));
        Assert.Equal(outcome.BundleDigest, bundle.Digest);
        var served = Serve(bundle.Content, test);
        Assert.Equal(outcome.Test.Predictions.Select(p => p.Predicted), served);
    }

    [Fact]
    public async Task Flips_and_shifts_do_not_cost_accuracy()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MESH_TESTS_FULL") == "1", "Trains for two minutes.");
        using var plain = new TemporaryFolder();
        using var augmented = new TemporaryFolder();
        var without = (await TrainAsync(plain, epochs: 8)).Test!.Summary.Accuracy;
        var with = (await TrainAsync(augmented, epochs: 8, FlipAndShift)).Test!.Summary.Accuracy;
        TestContext.Current.TestOutputHelper?.WriteLine($"{without} without, {with} with");
        // 2,000 test images: three standard errors of a difference are 0.03.
        Assert.True(with > without - 0.03, $"{without} without, {with} with");
    }

    private static async Task<TrainingOutcome> TrainAsync(TemporaryFolder folder, int epochs, params TransformSpec[] augmentations)
    {
        var (train, test) = (FashionMnist.Train(), FashionMnist.Test());
        var pipeline = Fit(train, augmentations);
        using var trainShards = Write(train, folder.File("train"));
        using var testShards = Write(test, folder.File("test"));
        var testSource = ShardSamples.Open(testShards, pipeline, 10, keepUnlabelled: true);
        var data = new TrainingData(ShardSamples.Open(trainShards, pipeline, 10), testSource, ShardSamples.Augmentation(pipeline));
        Assert.Equal(augmentations.Length == 0, data.Augment is null);
        var plan = TrainingPlan.Create("cnn", new Dictionary<string, string> { ["epochs"] = $"{epochs}" }, new TensorShape([.. pipeline.Columns[0].Shape]), 10, seed: 1);
        var speeds = new List<double>();

        var outcome = await TrainingThread.Run(() => TrainingRun.Execute(
            new TrainingInput(plan, data, testSource, pipeline.ToJson(), FashionMnist.ClassNames,
                new CheckpointStore(folder.File("checkpoints")), folder.File("bundle.tar")),
            new TrainingSettings(), new TrainingEvents { Steps = s => speeds.Add(s.SamplesPerSecond) }, new StopSignal(), TimeProvider.System));
        TestContext.Current.TestOutputHelper?.WriteLine($"accuracy {outcome.Test!.Summary.Accuracy}, median {speeds.Order().ElementAt(speeds.Count / 2):f0} images/s");
        return outcome;
    }

    // Only what is in the bundle and the raw pixels.
    private static int[] Serve(BundleContent content, FashionMnist test)
    {
        var pipeline = FittedPipeline.Parse(content.Transforms.Span);
        var inputs = new float[test.Pixels.Length];
        pipeline.Output("image")!.Batch!.Apply(test.Pixels, test.Count, inputs);
        using var session = new InferenceSession(content.Model.ToArray());
        using var input = OrtValue.CreateTensorValueFromMemory(inputs, [test.Count, .. content.Signature.Inputs[0].Shape.Skip(1)]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["input"], [input], ["logits"]);
        return [.. outputs[0].GetTensorDataAsSpan<float>().ToArray().Chunk(10).Select(logits => Array.IndexOf(logits, logits.Max()))];
    }

    private static FittedPipeline Fit(FashionMnist images, TransformSpec[] augmentations)
    {
        var schema = new RecordSchema(new RecordColumn("image", ColumnKind.Image), new RecordColumn("label", ColumnKind.Text) { ClassNames = FashionMnist.ClassNames });
        var pipeline = Pipeline.Create(new PipelineSpec([TransformSpec.Of("decode-image"), TransformSpec.Of("label"), .. augmentations, TransformSpec.Of("normalize")]), schema);
        var fitter = pipeline.NewFitter(pipeline.Unfitted);
        for (var i = 0; i < images.Count; i++)
            fitter.Observe(RawRecord.Raw($"{i}", images.Image(i).ToArray(), FashionMnist.Side, FashionMnist.Side, 1, FashionMnist.ClassNames[images.Labels[i]]));
        return pipeline.Finish(fitter.Complete());
    }

    private static ShardSet Write(FashionMnist images, string folder)
    {
        Directory.CreateDirectory(folder);
        // Small shards, so that the set has several.
        using var writer = new RollingShardWriter(folder, new ShardLayout(Schema, maxBytes: 1 << 20));
        var labels = images.Labels.SelectMany(l => BitConverter.GetBytes((long)l)).ToArray();
        writer.Append(images.Count, images.Pixels, labels);
        writer.Finish();
        return ShardSet.Open([.. Directory.EnumerateFiles(folder).Order()]);
    }
}
