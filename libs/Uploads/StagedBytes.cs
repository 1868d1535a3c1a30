using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Uploads;

/// <summary>Brings an upload's row and its staged bytes together again where a crash fell between the two.</summary>
internal sealed class StagedBytes<TDb>(BlobStaging staging, IBlobStore blobs, UploadKind kind)
    where TDb : MeshDb
{
    /// <summary>
    /// Bytes on disk of an upload that is not FINISHED. When its bytes already moved into the store, the upload becomes FINISHED here; when
    /// there is nothing, it starts again at 0.
    /// </summary>
    /// <exception cref="MeshException">STAGED_ELSEWHERE: the bytes are in a folder that this replica does not have.</exception>
    public async Task<long> CommittedAsync(TDb db, UploadRow row, CancellationToken cancel)
    {
        if (row.State == UploadState.Finished)
        {
            return row.StoredBytes;
        }

        CheckPlace(row);
        try
        {
            return await staging.CommittedBytesAsync(row.UploadId, cancel);
        }
        catch (StagingNotFoundException)
        {
            return await RecoverAsync(db, row, cancel);
        }
    }

    /// <summary>What <see cref="CommittedAsync"/> would most likely say, without opening or mending anything.</summary>
    public long Seen(UploadRow row) => row.State == UploadState.Finished ? row.StoredBytes : staging.Find(row.UploadId)?.CommittedBytes ?? 0;

    /// <summary>Whether there is anything; <see cref="CommittedAsync"/> mends it otherwise.</summary>
    public bool IsThere(UploadRow row) => staging.Find(row.UploadId) is not null;

    /// <summary>Hashes what was not hashed while it came in. Outside of any lock: after a restart it reads the whole upload.</summary>
    /// <returns>Null when nothing is staged: moved into the store already, or never made.</returns>
    public async Task<BlobInfo?> HashAsync(UploadRow row, CancellationToken cancel)
    {
        try
        {
            CheckPlace(row);
            return row.State != UploadState.Finished ? await staging.HashAsync(row.UploadId, cancel) : null;
        }
        catch (StagingNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads the row anew.</summary>
    /// <exception cref="MeshException">NOT_FOUND: it was deleted by another call.</exception>
    public async Task ReloadAsync(TDb db, UploadRow row, CancellationToken cancel)
    {
        await db.Entry(row).ReloadAsync(cancel);
        if (db.Entry(row).State == EntityState.Detached)
        {
            throw MeshError.NotFound(kind.NameOf(row));
        }
    }

    /// <summary>Bytes in another folder are not lost: nothing may begin again at 0 here.</summary>
    private void CheckPlace(UploadRow row)
    {
        if (row.State != UploadState.Finished && row.StagingFolder != staging.Folder)
        {
            throw UploadErrors.StagedElsewhere(kind.NameOf(row));
        }
    }

    /// <summary>What to do about an upload that has no staged bytes; see <see cref="CommittedAsync"/>.</summary>
    private async Task<long> RecoverAsync(TDb db, UploadRow row, CancellationToken cancel)
    {
        await ReloadAsync(db, row, cancel);
        if (row.State == UploadState.Finished)
        {
            return row.StoredBytes;
        }

        if (row.FinishingSha256.Length > 0
            && await blobs.StatAsync(new BlobScope(kind.Service, row.Project), BlobDigest.Parse(row.FinishingSha256), cancel) is { } blob)
        {
            await FinishAsync(db, row, blob, cancel);
            return blob.Size;
        }

        if (row.State == UploadState.Finishing)
        {
            (row.State, row.FinishingSha256) = (UploadState.Active, "");
            await db.SaveChangesAsync(cancel);
        }

        await staging.CreateAsync(row.UploadId, cancel);
        return 0;
    }

    public static async Task FinishAsync(TDb db, UploadRow row, BlobInfo blob, CancellationToken cancel)
    {
        (row.State, row.Sha256, row.StoredBytes) = (UploadState.Finished, blob.Digest.Hex, blob.Size);
        await db.SaveChangesAsync(cancel);
    }
}
