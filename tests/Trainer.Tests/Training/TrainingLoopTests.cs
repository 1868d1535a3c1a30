using Mesh.ModelGraph;
using Mesh.ModelGraph.Bundles;
using Mesh.ModelGraph.Hyperparameters;
using Mesh.Tests.Shared;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Tests.Support;
using Mesh.Trainer.Torch;
using Mesh.Trainer.Training;
using TorchSharp;
using Xunit;

namespace Mesh.Trainer.Tests.Training;

public sealed class TrainingLoopTests
{
    // 200 samples in batches of 32 are seven steps an epoch.
    private const int StepsPerEpoch = 7;

    [Fact]
    public void Learns_reports_and_bundles()
    {
        using var folder = new TemporaryFolder();
        var steps = new List<StepReport>();
        var epochs = new List<EpochReport>();
        var checkpoints = new List<CheckpointReport>();
        var outcome = ShortRuns.Execute(ShortRuns.Plan(values: [("epochs", "8"), ("learning_rate", "0.02")]), folder.Path,
            events: new TrainingEvents { Steps = steps.Add, Epoch = epochs.Add, Checkpoint = checkpoints.Add });

        Assert.Equal(StopReason.Completed, outcome.Reason);
        Assert.True(outcome.Test!.Summary.Accuracy > 0.9, $"accuracy {outcome.Test.Summary.Accuracy}");
        Assert.InRange(outcome.OnnxMaxAbsDiff!.Value, 0, 1e-5);
        Assert.Equal(outcome.BundleDigest, ModelBundle.Read(folder.File("bundle.tar")).Digest);
        Assert.Equal(ShortRuns.Labels, ModelBundle.Read(folder.File("bundle.tar")).Content.Labels);

        // Every three steps and at each epoch's end: 3, 6, 7.
        Assert.Equal([3, 6, 7, 10, 13, 14], steps.Take(6).Select(s => s.Step));
        Assert.All(steps, s => Assert.Equal(8 * StepsPerEpoch, s.TotalSteps));
        Assert.Equal(Enumerable.Range(1, 8), epochs.Select(e => e.Epoch));
        Assert.True(epochs[^1].TrainingLoss < epochs[0].TrainingLoss);
        Assert.Equal(Enumerable.Range(1, 8).Select(e => e * (long)StepsPerEpoch), checkpoints.Select(c => c.Step));
        // What may go is not the loop's to say.
        Assert.Equal(checkpoints.Select(c => c.FileName), Directory.EnumerateFiles(folder.File("checkpoints")).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("adamw", false)]
    [InlineData("adamw", true)]
    [InlineData("adam", false)]
    [InlineData("sgd", false)]
    public void Stopped_anywhere_and_resumed_gives_the_same_model_to_the_bit(string optimizer, bool augmented)
    {
        using var folder = new TemporaryFolder();
        var plan = ShortRuns.Plan(values: [("optimizer", optimizer), ("label_smoothing", "0.1"), ("max_grad_norm", "1"), ("dropout", "0.3")]);
        var data = ShortRuns.Data() with { Augment = augmented ? Augmentations.Mixing : null };
        var whole = ShortRuns.Execute(plan, folder.File("whole"), data: data);
        if (augmented)
            Assert.NotEqual(ShortRuns.Execute(plan, folder.File("plain")).BundleDigest, whole.BundleDigest);

        // Leaves after every fourth step: in the middle, and once exactly at the end of an epoch (step 28 = 4 · 7).
        var attempts = 0;
        TrainingOutcome outcome;
        do
        {
            var stop = new StopSignal();
            var first = true;
            outcome = ShortRuns.Execute(plan, folder.File("pieces"), stop, new TrainingEvents
            {
                Steps = s => { if (!first) stop.RequestYield(); first = false; },
            }, ShortRuns.OneThread with { ReportEverySteps = 2 }, data);
            attempts++;
        }
        while (outcome.Reason == StopReason.Yielded && attempts < 20);

        Assert.True(attempts > 3);
        Assert.Equal(whole.BundleDigest, outcome.BundleDigest);
        Assert.Equal(whole.State, outcome.State);
        Assert.Equal(whole.Test!.Predictions, outcome.Test!.Predictions);
    }

    [Fact]
    public void The_same_seed_gives_the_same_digest_and_another_one_does_not()
    {
        using var folder = new TemporaryFolder();
        var first = ShortRuns.Execute(ShortRuns.Plan(), folder.File("a")).BundleDigest;
        Assert.Equal(first, ShortRuns.Execute(ShortRuns.Plan(), folder.File("b"), settings: ShortRuns.OneThread with { ReportEverySteps = 7, CheckpointEvery = TimeSpan.Zero }).BundleDigest);
        Assert.NotEqual(first, ShortRuns.Execute(ShortRuns.Plan(seed: 6), folder.File("c")).BundleDigest);
    }

    [Fact]
    public void Augmentation_is_for_training_samples_alone()
    {
        using var folder = new TemporaryFolder();
        var (training, others) = (new Stripes(200, 1), new Stripes(80, 2));
        int blank = 0, learned = 0, judged = 0;
        byte[] stored = [];
        var data = new TrainingData(
            new SampleSource(Stripes.Shape, training.Labels, Stripes.Classes, training.Gather, (rows, count, floats) =>
            {
                (blank, learned) = (blank + (rows.ContainsAnyExcept((byte)0) ? 0 : count), learned + count);
                Stripes.Convert(rows, count, floats);
            }),
            new SampleSource(Stripes.Shape, others.Labels, Stripes.Classes, (rows, destination) =>
            {
                others.Gather(rows, destination);
                stored = destination[..(rows.Length * Stripes.Side * Stripes.Side)].ToArray();
            }, (rows, count, floats) =>
            {
                Assert.Equal(stored, rows.ToArray());
                judged += count;
                Stripes.Convert(rows, count, floats);
            }),
            Augmentations.Blank);
        Assert.Equal(StopReason.Completed, ShortRuns.Execute(ShortRuns.Plan(), folder.Path, data: data).Reason);
        // Three epochs. The samples that judge the model are read in each, at the end, and some of them to compare the export.
        Assert.Equal((600, 600), (blank, learned));
        Assert.InRange(judged, 4 * 80 + 1, 5 * 80);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_model_learns_from_changed_samples_as_well(bool mixing)
    {
        using var folder = new TemporaryFolder();
        var data = ShortRuns.Data() with { Augment = mixing ? Augmentations.Mixing : Augmentations.Harmless };
        var outcome = ShortRuns.Execute(ShortRuns.Plan(values: [("epochs", "8"), ("learning_rate", "0.02")]), folder.Path, data: data);
        Assert.True(outcome.Test!.Summary.Accuracy > 0.9, $"accuracy {outcome.Test.Summary.Accuracy}");
    }

    [Fact]
    public void A_damaged_checkpoint_falls_back_to_the_one_before()
    {
        using var folder = new TemporaryFolder();
        var plan = ShortRuns.Plan();
        var whole = ShortRuns.Execute(plan, folder.File("whole"));
        var newest = Directory.EnumerateFiles(folder.File("whole", "checkpoints")).Max()!;
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^100]);

        ResumeReport? resumed = null;
        var again = ShortRuns.Execute(plan, folder.File("whole"), events: new TrainingEvents { Resumed = r => resumed = r });
        Assert.Equal(2 * StepsPerEpoch, resumed!.Step);
        Assert.Contains(newest, Assert.Single(resumed.Damaged));
        Assert.Equal(whole.BundleDigest, again.BundleDigest);
    }

    [Fact]
    public void Cancelling_stops_within_a_step_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var stop = new StopSignal();
        using var registration = stop.CancelWith(source.Token);
        var steps = 0L;
        var outcome = ShortRuns.Execute(ShortRuns.Plan(), folder.Path, stop, new TrainingEvents { Steps = s => { steps = s.Step; source.Cancel(); } });
        Assert.Equal((StopReason.Cancelled, 3, 3), (outcome.Reason, outcome.State.Step, steps));
        Assert.False(Directory.Exists(folder.File("checkpoints")));
        Assert.False(File.Exists(folder.File("bundle.tar")));
    }

    [Fact]
    public void Divergence_stops_with_the_step_and_the_cause_and_leaves_no_bad_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var plan = ShortRuns.Plan(values: [("optimizer", "sgd"), ("learning_rate", "10"), ("schedule", "constant"), ("batch_norm", "false")]);
        var error = Assert.Throws<TrainingDivergedException>(() => ShortRuns.Execute(plan, folder.Path));
        Assert.InRange(error.Step, 2, 3 * StepsPerEpoch);
        Assert.Contains("learning_rate", error.Message);
        if (Directory.Exists(folder.File("checkpoints")))
            Assert.All(Directory.EnumerateFiles(folder.File("checkpoints")), f => Assert.True(CheckpointFile.Read(f).State.Step < error.Step));
    }

    [Fact]
    public void Weights_that_broke_in_the_last_step_are_not_saved()
    {
        using var folder = new TemporaryFolder();
        TrainingLoop? running = null;
        // The loss of the last step is from before it: only the weights tell.
        var events = new TrainingEvents { Steps = s => { if (s.Step == StepsPerEpoch) Break(running!.Module); } };
        using var loop = running = new TrainingLoop(ShortRuns.Plan(values: [("epochs", "1")]), new TrainingData(new Stripes(200, 1).Source(), null),
            ShortRuns.OneThread, new CheckpointStore(folder.Path), events, TimeProvider.System);
        Assert.True(loop.Module.IsFinite());
        Assert.Equal(StepsPerEpoch, Assert.Throws<TrainingDivergedException>(() => loop.Run(new StopSignal())).Step);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));

        static void Break(GraphModule module)
        {
            using var noGrad = torch.no_grad();
            module.state_dict()["hidden.bias"].fill_(float.NaN);
        }
    }

    [Fact]
    public void Live_tensors_do_not_grow_with_the_steps()
    {
        using var folder = new TemporaryFolder();
        var live = new List<long>();
        ShortRuns.Execute(ShortRuns.Plan(values: [("epochs", "6")]), folder.Path, events: new TrainingEvents { Epoch = _ => live.Add(torch.Tensor.TotalCount) });
        // From the second epoch on: the optimizer makes its state in the first.
        Assert.InRange(live[^1], 0, live[1]);
    }

    [Fact]
    public void A_run_leaves_nothing_behind_but_what_torchsharp_does_for_a_module()
    {
        // TorchSharp counts a tensor too many for each parameter it makes, so runs of one model are compared.
        using var folder = new TemporaryFolder();
        Assert.Equal(Left("1"), Left("5"));

        long Left(string epochs)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var before = torch.Tensor.TotalCount;
            ShortRuns.Execute(ShortRuns.Plan(values: [("epochs", epochs)]), folder.File(epochs));
            return torch.Tensor.TotalCount - before;
        }
    }

    [Fact]
    public void Validation_may_be_missing()
    {
        using var folder = new TemporaryFolder();
        var epochs = new List<EpochReport>();
        using var loop = new TrainingLoop(ShortRuns.Plan(), new TrainingData(new Stripes(50, 1).Source(), null), ShortRuns.OneThread,
            new CheckpointStore(folder.Path), new TrainingEvents { Epoch = epochs.Add }, TimeProvider.System);
        Assert.Equal(StopReason.Completed, loop.Run(new StopSignal()));
        Assert.All(epochs, e => Assert.Null(e.Validation));
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_training()
    {
        using var folder = new TemporaryFolder();
        var other = TrainingPlan.Create("mlp", new Dictionary<string, string>(), new(1, 9, 9), Stripes.Classes, 1);
        Assert.Contains("[1, 9, 9]", Assert.Throws<InvalidSamplesException>(() => ShortRuns.Execute(other, folder.Path)).Message);
        var fewer = TrainingPlan.Create("mlp", new Dictionary<string, string>(), Stripes.Shape, 3, 1);
        Assert.Contains("4 labels", Assert.Throws<InvalidSamplesException>(() => ShortRuns.Execute(fewer, folder.Path)).Message);
        Assert.Equal(["epochs", "filters", "layers"], Assert.Throws<HyperparameterException>(
            () => ShortRuns.Plan(values: [("epochs", "0"), ("filters", "x"), ("layers", "2")])).Violations.Select(v => v.Name));
    }

    [Fact]
    public void A_batch_too_large_for_memory_in_one_piece_is_refused_before_training()
    {
        // 4096 × 3 × 224 × 224 float32 are 2,352 MiB; 3566 samples are the last below 2 GiB.
        var shape = new TensorShape(3, 224, 224);
        var refused = Assert.Single(Assert.Throws<HyperparameterException>(() => Plan(4096)).Violations);
        Assert.Equal(("batch_size", "must be at most 3566 for samples of shape [3, 224, 224]: a batch of 4096 has 2352 MiB of float32"), (refused.Name, refused.Problem));
        Assert.Equal(3566, Plan(3566).BatchSize);
        Assert.Throws<HyperparameterException>(() => Plan(3567));

        TrainingPlan Plan(int batch) => TrainingPlan.Create("cnn", new Dictionary<string, string> { ["batch_size"] = $"{batch}", ["hidden"] = "8" }, shape, 10, seed: 1);
    }

    [Theory]
    [InlineData("128", "hidden", "MiB")]
    [InlineData("512", "hidden", "elements")]
    public void A_model_too_large_to_be_saved_is_refused_before_training(string filters, string node, string says)
    {
        var error = Assert.Throws<GraphException>(() => TrainingPlan.Create(
            "cnn", new Dictionary<string, string> { ["filters"] = filters, ["hidden"] = "8192" }, new(1, 64, 64), 10, seed: 1));
        Assert.Equal(node, error.Node);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        using var folder = new TemporaryFolder();
        ShortRuns.Execute(ShortRuns.Plan(), folder.Path);
        Assert.Throws<CheckpointException>(() => ShortRuns.Execute(ShortRuns.Plan(seed: 9), folder.Path));
    }

    [Fact]
    public async Task The_training_thread_passes_results_and_errors_on()
    {
        var here = Environment.CurrentManagedThreadId;
        Assert.NotEqual(here, await TrainingThread.Run(() => Environment.CurrentManagedThreadId));
        await Assert.ThrowsAsync<IOException>(() => TrainingThread.Run<int>(() => throw new IOException()));
    }
}
