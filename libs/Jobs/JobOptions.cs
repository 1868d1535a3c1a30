using System.ComponentModel.DataAnnotations;

namespace Mesh.Jobs;

/// <summary>Settings of a service that runs jobs, section "Jobs". They are about this machine: every replica has its own.</summary>
public sealed class JobOptions
{
    public const string Section = "Jobs";

    /// <summary>
    /// Processor cores that running jobs may hold together; 0 means all of this machine. A job that asks for none gets
    /// them all, so the default is one job at a time at full speed.
    /// </summary>
    [Range(0, 4096)]
    public int Cpus { get; set; }

    /// <summary>Memory in bytes that running jobs may reserve together; 0 means all of this machine. Reserved, not enforced.</summary>
    [Range(0, long.MaxValue)]
    public long MemoryBytes { get; set; }

    /// <summary>GPUs that running jobs may hold together.</summary>
    [Range(0, 64)]
    public int Gpus { get; set; }

    /// <summary>Most jobs at once, whatever they ask for; 0 means as many as fit.</summary>
    [Range(0, 4096)]
    public int ConcurrentJobs { get; set; }

    /// <summary>
    /// A worker that is silent this long loses its job to a new attempt. Shorter recovers sooner from a hung machine;
    /// too short takes jobs away from workers that were only slow.
    /// </summary>
    [Range(1, 3600)]
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>
    /// Attempts at one place after which a job is FAILED: failures one after the other, none of which got further than the
    /// first of them. What kills a worker again and again, a record or a lack of memory, does it at one place. More of them
    /// outlast a longer trouble of the machine, and cost as many runs up to that place when it is the job's own. Yields and
    /// restarts of the service are no failures.
    /// </summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>
    /// Failures of a job since its last checkpoint after which it is FAILED however far it got: it keeps a machine on which
    /// nothing comes to an end from being busy with it for ever.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxFailures { get; set; } = 50;

    /// <summary>Wait before the second attempt; doubles with each failure since the last checkpoint.</summary>
    [Range(0, 3600)]
    public int RetryDelaySeconds { get; set; } = 2;

    /// <summary>The longest wait between attempts.</summary>
    [Range(0, 86400)]
    public int MaxRetryDelaySeconds { get; set; } = 120;

    /// <summary>
    /// Days for which the parts of a job that has ended are kept, with their logs; 0 for ever. They are there for people who
    /// want to know what each process did; the job itself stays, with its result or its error. A run over a thousand
    /// partitions has some 3,000 parts, each with a row and with a log of up to 64 MiB.
    /// </summary>
    [Range(0, 36_500)]
    public int KeepPartsDays { get; set; } = 7;

    /// <summary>
    /// How long workers may take to checkpoint and leave when the service stops or a job is cancelled; then they are
    /// killed. Keep it under the host's own shutdown time-out (30 s).
    /// </summary>
    [Range(0, 600)]
    public int StopGraceSeconds { get; set; } = 20;

    /// <summary>The worker's program and arguments; empty starts this service's own program with the verb "worker".</summary>
    public string[] Command { get; set; } = [];

    internal TimeSpan Lease => TimeSpan.FromSeconds(LeaseSeconds);

    internal TimeSpan StopGrace => TimeSpan.FromSeconds(StopGraceSeconds);

    /// <summary>Exponential back-off after <paramref name="failures"/> failures, from 1.</summary>
    internal TimeSpan RetryDelay(int failures) =>
        TimeSpan.FromSeconds(Math.Min(MaxRetryDelaySeconds, RetryDelaySeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 30))));
}
