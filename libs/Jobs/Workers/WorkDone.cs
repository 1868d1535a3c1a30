using Mesh.Jobs.V1;

namespace Mesh.Jobs.Workers;

/// <summary>How far an attempt is.</summary>
/// <param name="Units">Done in all its stages, so that two attempts can be compared wherever they are.</param>
internal sealed record WorkDone(Progress Progress, long Units)
{
    /// <summary>A count that is lower than the last one is that of a new stage.</summary>
    public static WorkDone After(WorkDone? last, string stage, long done, long total)
    {
        var before = last?.Progress.Done ?? 0;
        return new(new Progress { Stage = stage, Done = done, Total = total }, (last?.Units ?? 0) + (done >= before ? done - before : done));
    }
}
