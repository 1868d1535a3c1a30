using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;

namespace Mesh.Jobs;

/// <summary>Cores, bytes and GPUs: what a job holds, or what is left of a machine.</summary>
public readonly record struct JobResources(int Cpus, long MemoryBytes, int Gpus)
{
    /// <summary>What this machine gives to jobs.</summary>
    public static JobResources Of(JobOptions options) => new(
        options.Cpus > 0 ? options.Cpus : Environment.ProcessorCount,
        options.MemoryBytes > 0 ? options.MemoryBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        options.Gpus);

    public static JobResources operator -(JobResources a, JobResources b) =>
        new(a.Cpus - b.Cpus, a.MemoryBytes - b.MemoryBytes, a.Gpus - b.Gpus);

    /// <summary>
    /// What a job gets on <paramref name="machine"/>: fewer cores and less memory than it asked for, where it was created on a
    /// larger one. GPUs are not capped: a job that asked for one cannot do without.
    /// </summary>
    public JobResources CappedBy(JobResources machine) =>
        new(Math.Min(Cpus, machine.Cpus), Math.Min(MemoryBytes, machine.MemoryBytes), Gpus);

    public bool Fits(JobResources free) => Cpus <= free.Cpus && MemoryBytes <= free.MemoryBytes && Gpus <= free.Gpus;

    /// <summary>The request with defaults filled in: all cores where none are asked for.</summary>
    /// <exception cref="MeshException">INVALID_ARGUMENT where the request can never be met here, with fields under <paramref name="field"/>.</exception>
    public JobResources Resolve(ResourceSpec? asked, string field)
    {
        var violations = new Violations();
        Check(violations, asked?.Cpus ?? 0, Cpus, $"{field}.cpus", "cores");
        Check(violations, asked?.MemoryBytes ?? 0, MemoryBytes, $"{field}.memory_bytes", "bytes");
        Check(violations, asked?.Gpus ?? 0, Gpus, $"{field}.gpus", "GPUs");
        violations.ThrowIfAny();
        return new(asked is { Cpus: > 0 } ? asked.Cpus : Cpus, asked?.MemoryBytes ?? 0, asked?.Gpus ?? 0);
    }

    private static void Check(Violations violations, long asked, long available, string field, string unit) =>
        violations.Require(asked >= 0 && asked <= available, field, $"must be from 0 to {available}: this service has {available} {unit} for jobs.");
}
