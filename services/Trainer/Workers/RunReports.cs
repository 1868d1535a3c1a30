using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Mesh.Jobs.Workers;
using Mesh.Trainer.Checkpoints;
using Mesh.Trainer.Training;
using Mesh.Trainer.V1;

namespace Mesh.Trainer.Workers;

/// <summary>Carries what the training thread tells to the service, in order, without making it wait for the network.</summary>
internal sealed class RunReports : IAsyncDisposable
{
    private const int MostAtOnce = 256;

    private readonly Channel<IMessage> _queue = Channel.CreateUnbounded<IMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly WorkerSession _session;
    private readonly CheckpointStore _checkpoints;
    private readonly StopSignal _stop;
    private readonly ILogger _logger;
    private readonly int _epochs;
    private readonly Task _pump;

    public RunReports(WorkerSession session, int epochs, CheckpointStore checkpoints, StopSignal stop, ILogger logger)
    {
        (_session, _epochs, _checkpoints, _stop, _logger) = (session, epochs, checkpoints, stop, logger);
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
                Prune(batch);
            }
        }
        catch
        {
            // Nobody hears this attempt any more; there is no point in training on.
            _stop.RequestCancel();
            throw;
        }
    }
    /// <summary>
    /// Not before the service has accepted a checkpoint may it replace those that came before: the next attempt starts
    /// from what was accepted.
    /// </summary>
    private void Prune(List<IMessage> accepted)
    {
        if (accepted.OfType<CheckpointWritten>().LastOrDefault() is not { } newest)
        {
            return;
        }

        try
        {
            _checkpoints.Prune(newest.FileName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.NotPruned(e);
        }
    }
}
