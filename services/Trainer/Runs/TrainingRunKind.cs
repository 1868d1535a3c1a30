using Google.Protobuf;
using Mesh.Jobs;
using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Trainer.Storage;
using Mesh.Trainer.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Trainer.Runs;

/// <summary>Records what training workers report: metrics, and the checkpoint that the next attempt goes on from.</summary>
public sealed class TrainingRunKind(RunFolders folders) : JobKind<TrainerDb>
{
    public const string KindName = "training-run";

    public override string Name => KindName;

    public override async Task OnEventsAsync(TrainerDb db, JobRow job, IReadOnlyList<Event> events, CancellationToken cancel)
    {
        var ids = RunRequests.Run.Parse(job.Name, "name");
        var row = await db.Runs.SingleAsync(r => r.Project == ids[0] && r.RunId == ids[1], cancel);
        var fresh = new List<Metrics>();
        foreach (var payload in events.Select(e => e.Payload))
        {
            if (payload.TryUnpack<CheckpointWritten>(out var checkpoint))
            {
                job.WriteResume(new TrainingResume { Checkpoint = checkpoint });
            }
            else if (payload.TryUnpack<Metrics>(out var metrics) && IsNew(row, metrics))
            {
                fresh.Add(metrics);
            }
        }

        if (fresh.Count > 0)
        {
            row.MetricsBytes = MetricsFile.Write(folders.Metrics(job.Name), row.MetricsBytes, fresh);
        }
    }

    /// <summary>A resumed attempt repeats the steps since its checkpoint; the first telling counts.</summary>
    private static bool IsNew(TrainingRunRow row, Metrics metrics)
    {
        if (metrics.KindCase == Metrics.KindOneofCase.Step)
        {
            if (metrics.Step.Step <= row.LastStep)
            {
                return false;
            }

            row.LastStep = metrics.Step.Step;
            return true;
        }

        if (metrics.Epoch is null || metrics.Epoch.Epoch <= (row.ReadLastEpoch()?.Epoch ?? 0))
        {
            return false;
        }

        row.LastEpoch = metrics.Epoch.ToByteArray();
        // Here and not in the worker, which has no port for Prometheus. The product is the count that the worker divided.
        Telemetry.Samples.Add((long)Math.Round(metrics.Epoch.SamplesPerSecond * metrics.Epoch.Seconds));
        return true;
    }
}
