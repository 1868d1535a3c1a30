using System.Collections.Concurrent;
using Mesh.Blobs;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Uploads;

/// <summary>
/// Finishes uploads whoever waits for it: a transfer to a remote store may outlast any call. Calls for one upload share one run. What
/// a stop interrupts stays FINISHING, and is gone on with at the next start.
/// </summary>
internal sealed class UploadFinishing<TDb>(
    IDbContextFactory<TDb> databases, UploadFinish<TDb> finish, UploadKind kind, IHostApplicationLifetime lifetime, ILogger<UploadFinishing<TDb>> logger)
    : IHostedService
    where TDb : MeshDb
{
    private readonly ConcurrentDictionary<(string Project, string Id), Run> _runs = new();

    /// <summary>Begins, or joins the run that is under way; not to be cancelled.</summary>
    /// <param name="digest">What the bytes must have; null for whatever they have.</param>
    /// <returns>The row, FINISHED.</returns>
    /// <exception cref="MeshException">UPLOAD_BUSY: it is being finished with another digest.</exception>
    public Task<UploadRow> RunAsync(UploadRow row, BlobDigest? digest, bool isResumed = false)
    {
        var key = (row.Project, row.UploadId);
        var run = _runs.GetOrAdd(key, _ => new Run(digest, new Lazy<Task<UploadRow>>(() => Task.Run(() => RunAsync(key, digest, isResumed)))));
        return digest is null || run.Digest is null || run.Digest == digest ? run.Finished.Value : throw UploadErrors.Busy(kind.NameOf(row));
    }

    /// <summary>Begins what a stop or a crash interrupted, here or in another replica; does not wait for it.</summary>
    public async Task ResumeAsync(CancellationToken cancel)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        foreach (var row in await db.Set<UploadRow>().AsNoTracking().Where(u => u.State == UploadState.Finishing).ToListAsync(cancel))
        {
            if (!_runs.ContainsKey((row.Project, row.UploadId)))
            {
                Log.FinishResumed(logger, kind.NameOf(row));
                _ = RunAsync(row, BlobDigest.TryParse(row.FinishingSha256, out var digest) ? digest : null, isResumed: true);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The runs have been cancelled with the service; waits until they have let go of files and locks.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var run in _runs.Values)
        {
            await ((Task)run.Finished.Value).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<UploadRow> RunAsync((string Project, string Id) key, BlobDigest? digest, bool isResumed)
    {
        var stop = lifetime.ApplicationStopping;
        try
        {
            return await finish.RunAsync(key.Project, key.Id, digest, isResumed, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw MeshError.Stopping();
        }
        catch (Exception e) when (e is not MeshException)
        {
            // Whoever waited may have gone.
            Log.FinishFailed(logger, kind.Pattern.Format(key.Project, key.Id), e);
            throw;
        }
        finally
        {
            _runs.TryRemove(key, out _);
        }
    }

    private sealed record Run(BlobDigest? Digest, Lazy<Task<UploadRow>> Finished);
}
