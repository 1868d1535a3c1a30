using Grpc.Core;
using Mesh.Ingest.V1;
using Mesh.Jobs.Storage;
using Mesh.Preprocessing.Pipelines;
using Mesh.Preprocessing.Storage;
using Mesh.Preprocessing.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Preprocessing.Processed;

/// <summary>
/// Ingest's pins on the inputs: one for a run while it is active, and one for the dataset that came of it. Each has its own
/// holder, so that no run lets go of what another needs. What is to be pinned follows from the database alone.
/// </summary>
public sealed class InputPins(IDbContextFactory<PreprocessingDb> databases, DatasetService.DatasetServiceClient datasets, ILogger<InputPins> logger)
{
    /// <summary>Pins for those whom a change names, or lets go: for the dataset first, so that there is no moment between a run and its result.</summary>
    /// <returns>False when it has to be tried again.</returns>
    public async Task<bool> SettleAsync(DatasetChangeRow change, CancellationToken cancel) =>
        (change.DatasetId.Length == 0
            || await SettleAsync(change.DatasetVersion, Names.Processed.Format(change.Project, change.DatasetId), db => IsInputAsync(db, change, cancel), cancel))
        && (change.RunName is not { } run || await SettleAsync(change.DatasetVersion, run, db => db.Jobs().Active().AnyAsync(j => j.Name == run, cancel), cancel));

    private async Task<bool> SettleAsync(string version, string holder, Func<PreprocessingDb, Task<bool>> needs, CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        try
        {
            bool held;
            do
            {
                if (held = await needs(db))
                {
                    await datasets.PinDatasetVersionAsync(new PinDatasetVersionRequest { Name = version, Holder = holder }, cancellationToken: cancel);
                }
                else
                {
                    await datasets.UnpinDatasetVersionAsync(new UnpinDatasetVersionRequest { Name = version, Holder = holder }, cancellationToken: cancel);
                }
            }
            // What changed meanwhile, another replica may have settled before this call came to Ingest.
            while (held != await needs(db));
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
        {
            // The input itself is gone; there is nothing to hold.
            return true;
        }
        catch (RpcException e) when (!cancel.IsCancellationRequested)
        {
            logger.PinNotChanged(holder, version, e.StatusCode.ToString());
            return false;
        }
    }

    /// <summary>The same bytes may have come from two versions; only the one that the dataset names is held.</summary>
    private static async Task<bool> IsInputAsync(PreprocessingDb db, DatasetChangeRow change, CancellationToken cancel)
    {
        var row = await db.Processed.AsNoTracking().SingleOrDefaultAsync(d => d.Project == change.Project && d.DatasetId == change.DatasetId, cancel);
        return row is not null && ProcessedDataset.Parser.ParseFrom(row.Description).DatasetVersion == change.DatasetVersion;
    }
}
