using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mesh.Uploads;

/// <summary>Turns failures of storage and database under a call into what its caller is told.</summary>
internal sealed class UploadFaults(UploadKind kind, ILogger logger)
{
    public Task GuardAsync(UploadRow row, Func<Task> action) => GuardAsync(row, async () =>
    {
        await action();
        return true;
    });

    /// <exception cref="MeshException">The action failed for a reason that is known.</exception>
    public async Task<T> GuardAsync<T>(UploadRow row, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (StagingBusyException)
        {
            throw UploadErrors.Busy(kind.NameOf(row));
        }
        catch (StagingNotFoundException)
        {
            // Finished, deleted or being recovered by another call in this very moment.
            throw UploadErrors.Busy(kind.NameOf(row));
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted by another call in this very moment, which has released the blob.
            throw MeshError.NotFound(kind.NameOf(row));
        }
        catch (BlobStoreException e)
        {
            Log.StorageFailed(logger, kind.NameOf(row), e);
            throw UploadErrors.Storage(e);
        }
    }
}
