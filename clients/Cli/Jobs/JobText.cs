using Mesh.Cli.Output;
using Mesh.Cli.Running;
using Mesh.Jobs.V1;

namespace Mesh.Cli.Jobs;

/// <summary>How a job stands, in words.</summary>
internal static class JobText
{
    /// <summary>"running", "failed".</summary>
    public static string State(JobStatus? status) => (status?.State ?? JobState.Unspecified).ToString().ToLowerInvariant();

    /// <summary>"write shards 3,400 of 10,000 (attempt 2)".</summary>
    public static string Detail(JobStatus status)
    {
        var text = status.State switch
        {
            JobState.Queued => "waits for its turn",
            JobState.Running when status.Progress is { } progress => Progress(progress),
            _ => State(status),
        };
        return status.Attempt > 1 ? $"{text} (attempt {status.Attempt})" : text;
    }

    public static IEnumerable<(string, string)> Fields(JobStatus status) =>
    [
        ("state", status.State == JobState.Running ? $"running: {Detail(status)}" : State(status)),
        ("attempts", status.Attempt.ToString()),
        ("error", status.Error is { } error ? $"{error.Message} [{error.Reason}]" : ""),
        ("created", Amount.At(status.CreateTime)),
        ("took", status is { StartTime: { } start, EndTime: { } end } ? Amount.Time(end.ToDateTime() - start.ToDateTime()) : ""),
    ];

    /// <exception cref="CommandException">The job ended in another state than SUCCEEDED.</exception>
    public static void RequireSuccess(string name, JobStatus status)
    {
        if (status.State == JobState.Succeeded)
        {
            return;
        }

        throw CommandException.Failed(status.State switch
        {
            JobState.Failed => $"{name} failed in attempt {status.Attempt}: {Printable.Line(status.Error?.Message ?? "")} [{status.Error?.Reason}]",
            JobState.Cancelled => $"{name} was cancelled.",
            _ => $"{name} is {State(status)}.",
        });
    }

    private static string Progress(Progress progress) =>
        progress.Total > 0 ? $"{progress.Stage} {Amount.Count(progress.Done)} of {Amount.Count(progress.Total)}"
        : progress.Done > 0 ? $"{progress.Stage} {Amount.Count(progress.Done)}"
        : progress.Stage;
}
