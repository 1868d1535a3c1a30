using Mesh.Inference.Serving;

namespace Mesh.Inference.Directory;

/// <summary>Who this process is in the serving directory, and whether it wants requests.</summary>
internal sealed class Replica(ServedModels models)
{
    private volatile bool draining;

    /// <summary>Unique per process start; sorts by time.</summary>
    public string Id { get; } = $"replica-{Guid.CreateVersion7():n}";

    /// <summary>False once the process was told to stop.</summary>
    public bool Accepting => !draining;

    /// <summary>Whether it should get traffic: it heard what to serve, and does (or cannot).</summary>
    public bool IsReady => Accepting && models.HasSettled;

    public void Drain() => draining = true;
}
