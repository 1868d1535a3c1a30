using Mesh.Shards.Loading;
using Mesh.Trainer.Batches;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Evaluation;
using Mesh.Trainer.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Mesh.Trainer.Training;

/// <summary>
/// Trains a model:
/// <list type="number">
/// <item>Draw the first weights from the seed, or go on from the last checkpoint.</item>
/// <item>For each batch of the epoch: look whether to stop; step; now and then report and checkpoint.</item>
/// <item>After each epoch: validate, report, checkpoint.</item>
/// </list>
/// Runs on the calling thread from start to end. With one thread the result is a function of the plan and the data,
/// bit for bit, however often the run was stopped and resumed.
/// </summary>
public sealed class TrainingLoop : IDisposable
{
    // Guessing costs log(classes); a loss this many times worse is not learning.
    private const double DivergenceFactor = 100;

    private readonly TrainingPlan plan;
    private readonly TrainingData data;
    private readonly TrainingSettings settings;
    private readonly CheckpointStore checkpoints;
    private readonly TrainingEvents events;
    private readonly TimeProvider time;

    private readonly Device device;
    private readonly OptimizerHelper optimizer;
    private readonly IReadOnlyList<Parameter> parameters;
    private readonly LearningRateSchedule schedule;
    private readonly LossWindow losses;
    private readonly string fingerprint;
    private readonly int batchesPerEpoch;
    private TrainingState state = new();
    private long lastReport;
    private long lastCheckpoint;
    private (double Seconds, long Samples) trained;

    /// <exception cref="InvalidSamplesException">The samples do not have the shape that the plan is for, or lack labels.</exception>
    /// <exception cref="NativeTorchException">libtorch cannot be loaded.</exception>
    /// <exception cref="DeviceException">The device cannot be used.</exception>
    public TrainingLoop(
        TrainingPlan plan, TrainingData data, TrainingSettings settings, CheckpointStore checkpoints, TrainingEvents events, TimeProvider time)
    {
        (this.plan, this.data, this.settings, this.checkpoints, this.events, this.time) = (plan, data, settings, checkpoints, events, time);
        data.Training.RequireShape(plan.Graph.InputShape);
        if (data.Training.HasUnlabelled) throw new InvalidSamplesException("rows without a label cannot be learned from");
        data.Validation?.RequireShape(plan.Graph.InputShape);
        device = ComputeDevice.Open(settings.Device);
        set_num_threads(settings.Threads);
        Module = GraphModule.Create(plan.Graph, plan.Seed).to(device);
        parameters = Module.TrainableParameters();
        optimizer = Optimizers.Create(plan.Values, parameters);
        losses = new LossWindow(settings.ReportEverySteps, device);
        fingerprint = plan.Fingerprint(data.Training.Count);
        batchesPerEpoch = SampleOrder.Sequential(data.Training.Count, plan.BatchSize).Batches;
        schedule = LearningRateSchedule.Of(plan.Values, (long)batchesPerEpoch * plan.Epochs);
    }

    /// <summary>The model; after a completed run, in its final state. Disposed with the loop.</summary>
    public GraphModule Module { get; }

    /// <summary>Where the run stands.</summary>
    public TrainingState State => state with { };

    /// <exception cref="TrainingDivergedException">The loss became NaN, infinite or absurd; the last checkpoint is from before.</exception>
    /// <exception cref="CheckpointException">The checkpoints belong to another run, or cannot be written.</exception>
    public StopReason Run(StopSignal stop)
    {
        Resume();
        lastReport = lastCheckpoint = time.GetTimestamp();
        while (state.Epoch < plan.Epochs)
        {
            Module.train();
            var order = SampleOrder.Shuffled(data.Training.Count, plan.BatchSize, plan.Seed, state.Epoch);
            using (var loader = new BatchLoader(data.Training, order, first: state.Batch))
            {
                foreach (var batch in loader.Batches())
                {
                    using (batch)
                    {
                        if (stop.Requested is { } reason) return Leave(reason);
                        Step(batch);
                    }
                    if (losses.IsFull) Report();
                    if (time.GetElapsedTime(lastCheckpoint) >= settings.CheckpointEvery && state.Batch < batchesPerEpoch) Checkpoint();
                }
            }
            Report();

            var validation = data.Validation is { } samples ? Evaluator.Evaluate(Module, samples, plan.BatchSize, device, stop) : null;
            if (validation is null && data.Validation is not null) return Leave(stop.Requested!.Value);
            FinishEpoch(validation?.Summary);
            Checkpoint();
        }
        return StopReason.Completed;
    }

    private void Step(Batch batch)
    {
        // Frees every tensor the step makes; the garbage collector would not see them as large.
        using var scope = NewDisposeScope();

        // Dropout draws from torch's global generator. Seeding it by the step makes the draws a function of
        // (seed, step), so a checkpoint needs no generator state and a resumed run draws the same. Microseconds.
        manual_seed(SeededRandom.Seed(~plan.Seed, state.Step));
        Optimizers.SetLearningRate(optimizer, schedule.At(state.Step));

        // On the CPU `to` returns the same tensor; on a GPU it copies.
        var logits = Module.call(batch.Inputs.to(device));
        var loss = nn.functional.cross_entropy(logits, batch.Labels.to(device), label_smoothing: plan.Values.Real("label_smoothing"));
        optimizer.zero_grad();
        loss.backward();
        if (plan.Values.Real("max_grad_norm") is > 0 and var norm) nn.utils.clip_grad_norm_(parameters, norm);
        optimizer.step();

        // Does not wait for the device; see Report.
        losses.Add(loss, batch.Count);
        state.Step++;
        state.Batch++;
    }

    // Reads the losses, which waits for the device (a synchronisation point).
    private void Report()
    {
        var drained = losses.Drain();
        if (drained.Count == 0) return;
        var (sum, samples) = (0.0, 0L);
        for (var i = 0; i < drained.Count; i++)
        {
            var (loss, count) = drained[i];
            CheckDivergence(loss, step: state.Step - drained.Count + i + 1);
            sum += (double)loss * count;
            samples += count;
            // One by one, so that the sum does not depend on when reports were made.
            state.LossSum += (double)loss * count;
            state.LossSamples += count;
        }
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(lastReport, now).TotalSeconds;
        lastReport = now;
        trained = (trained.Seconds + seconds, trained.Samples + samples);
        events.Steps?.Invoke(new StepReport(
            state.Step, schedule.TotalSteps, state.Epoch + 1, sum / samples, schedule.At(state.Step - 1), seconds > 0 ? samples / seconds : 0));
    }

    private void CheckDivergence(float loss, long step)
    {
        var limit = DivergenceFactor * Math.Log(plan.Graph.OutputShape.Elements);
        if (!float.IsFinite(loss)) throw new TrainingDivergedException(step, $"the loss is {loss}; try a lower learning_rate or max_grad_norm 1");
        if (loss > limit)
            throw new TrainingDivergedException(step, $"the loss is {loss:g4}, more than {DivergenceFactor} times that of guessing; try a lower learning_rate");
    }

    private void FinishEpoch(EvaluationSummary? validation)
    {
        var trainingLoss = state.LossSum / state.LossSamples;
        state = state with { Epoch = state.Epoch + 1, Batch = 0, LossSum = 0, LossSamples = 0 };
        var (seconds, samples) = trained;
        trained = default;
        events.Epoch?.Invoke(new EpochReport(
            state.Epoch, state.Step, trainingLoss, validation, seconds, seconds > 0 ? samples / seconds : 0));
        // Validation is not training: it does not count in the speed of the next report.
        lastReport = time.GetTimestamp();
    }

    private StopReason Leave(StopReason reason)
    {
        if (reason == StopReason.Yielded) Checkpoint();
        return reason;
    }

    private void Checkpoint()
    {
        // First look at the losses and the weights (the last step's loss is from before it changed them): what has diverged
        // must not replace a good checkpoint.
        Report();
        if (!Module.IsFinite()) throw new TrainingDivergedException(state.Step, "a weight is no longer a number; try a lower learning_rate or max_grad_norm 1");
        var name = checkpoints.Save(ModelCheckpoint.Capture(fingerprint, state, Module, optimizer));
        lastCheckpoint = time.GetTimestamp();
        events.Checkpoint?.Invoke(new CheckpointReport(name, state.Step, state.Epoch));
    }

    private void Resume()
    {
        var (checkpoint, damaged) = checkpoints.LoadLatest();
        if (checkpoint is not null) state = checkpoint.Restore(fingerprint, Module, optimizer);
        if (checkpoint is not null || damaged.Count > 0) events.Resumed?.Invoke(new ResumeReport(state.Step, damaged));
    }

    public void Dispose()
    {
        losses.Dispose();
        optimizer.Dispose();
        Module.Dispose();
    }
}
