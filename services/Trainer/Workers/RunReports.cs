using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Workers;
using Mesh.Trainer.Training;
using Mesh.Trainer.V1;

namespace Mesh.Trainer.Workers;

/// <summary>Carries what the training thread tells to the service, in order, without making it wait for the network.</summary>
internal sealed class RunReports : IAsyncDisposable
{
    private const int MostAtOnce = 256;

    private readonly Channel<IMessage> _queue = Channel.CreateUnbounded<IMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly WorkerSession _session;
    private readonly StopSignal _stop;
    private readonly int _epochs;
    private readonly Task _pump;

    public RunReports(WorkerSession session, int epochs, StopSignal stop, ILogger logger)
    {
        (_session, _stop, _epochs) = (session, stop, epochs);
        Events = new TrainingEvents
        {
            Steps = OnSteps,
            Epoch = OnEpoch,
            Checkpoint = OnCheckpoint,
            Resumed = report =>
            {
                logger.Resumed(report.Step);
                foreach (var problem in report.Damaged)
                {
                    logger.CheckpointPassedOver(problem);
                }
            },
        };
        _pump = PumpAsync();
    }

    public TrainingEvents Events { get; }

    /// <summary>Returns when the service has recorded everything.</summary>
    /// <exception cref="OperationCanceledException">The lease is lost.</exception>
    public Task FlushAsync()
    {
        _queue.Writer.TryComplete();
        return _pump;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Timestamp Now => Timestamp.FromDateTime(DateTime.UtcNow);

    private void OnSteps(StepReport report)
    {
        _session.Progress($"epoch {report.Epoch}/{_epochs}", report.Step, report.TotalSteps);
        _queue.Writer.TryWrite(new Metrics
        {
            Step = new StepMetrics
            {
                Step = report.Step,
                Epoch = report.Epoch,
                Loss = report.Loss,
                LearningRate = report.LearningRate,
                SamplesPerSecond = report.SamplesPerSecond,
                Time = Now,
            },
        });
    }

    private void OnEpoch(EpochReport report)
    {
        Telemetry.Samples.Add((long)(report.SamplesPerSecond * report.Seconds));
        _queue.Writer.TryWrite(new Metrics
        {
            Epoch = new EpochMetrics
            {
                Epoch = report.Epoch,
                Epochs = _epochs,
                Step = report.Step,
                TrainLoss = report.TrainingLoss,
                ValidationLoss = report.Validation?.Loss ?? 0,
                ValidationAccuracy = report.Validation?.Accuracy ?? 0,
                Seconds = report.Seconds,
                SamplesPerSecond = report.SamplesPerSecond,
                Time = Now,
            },
        });
    }

    private void OnCheckpoint(CheckpointReport report) => _queue.Writer.TryWrite(new CheckpointWritten
    {
        FileName = report.FileName,
        Step = report.Step,
        Epoch = report.Epoch,
        Sha256 = report.Sha256,
    });

    private async Task PumpAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                var batch = new List<IMessage>();
                while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var message))
                {
                    batch.Add(message);
                }

                await _session.ReportAsync(batch);
            }
        }
        catch
        {
            // Nobody hears this attempt any more; there is no point in training on.
            _stop.RequestCancel();
            throw;
        }
    }
}
