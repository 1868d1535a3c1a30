using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Storage;

namespace Mesh.Ingest.Imports;

/// <summary>What the rows of an import's files add up to.</summary>
internal sealed record ImportFacts(long Files, long Finished, long FinishedBytes);

/// <summary>An import on the wire.</summary>
internal static class ImportMapping
{
    public static string[] Patterns(this ImportRow row) => row.Include.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static bool HasEnded(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    public static Import ToImport(this ImportRow row, ImportFacts facts) => new()
    {
        Name = row.Key().Name,
        SourceUri = row.SourceUri,
        Include = { row.Patterns() },
        FileCount = facts.Files,
        FinishedFileCount = facts.Finished,
        FinishedBytes = facts.FinishedBytes,
        Creator = row.Creator,
        Status = new JobStatus
        {
            State = row.State,
            Attempt = row.Attempt,
            Progress = new Progress { Stage = row.Stage, Done = row.Done, Total = row.Total },
            Error = row.ErrorReason.Length == 0 ? null : new JobError { Reason = row.ErrorReason, Message = row.ErrorMessage },
            CreateTime = row.CreatedTicks.ToTimestamp(),
            StartTime = row.StartTicks.ToTimestamp(),
            EndTime = row.EndTicks.ToTimestamp(),
        },
    };
}
