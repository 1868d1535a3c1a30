using Mesh.Jobs.Storage;
using Mesh.Jobs.V1;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Triggers;

/// <summary>Moves the firing of a run on when the run ends, in the transaction that ends it. Runs that nobody triggered have none.</summary>
internal static class FiredRuns
{
    public static Task SucceedAsync(PreprocessingDb db, string run, CancellationToken cancel) =>
        db.Firings.Where(f => f.RunName == run && f.State == FiringState.Processing).ExecuteUpdateAsync(
            set => set.SetProperty(f => f.State, f => f.Trains ? FiringState.HandingOver : FiringState.Done), cancel);

    /// <summary>FAILED or CANCELLED.</summary>
    public static Task FailAsync(PreprocessingDb db, JobRow run, CancellationToken cancel)
    {
        var error = run.State == JobState.Cancelled ? "The pipeline run was cancelled." : $"The pipeline run failed: {run.ErrorMessage}";
        return db.Firings.Where(f => f.RunName == run.Name && f.State == FiringState.Processing).ExecuteUpdateAsync(
            set => set.SetProperty(f => f.State, FiringState.Failed).SetProperty(f => f.Error, error), cancel);
    }
}
