using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Uploads;

/// <summary>Makes an upload's row: ACTIVE, or FINISHED at once when the project has the bytes that were announced.</summary>
internal sealed class UploadCreation<TDb>(
    BlobStaging staging, UploadKind kind, UploadOptions options, DigestLock<TDb> locks, KnownContent<TDb> known, UploadFaults faults, TimeProvider time)
    where TDb : MeshDb
{
    public async Task<UploadRow> CreateAsync(TDb db, CreateUploadRequest request, string creator, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var asked = request.Upload ?? new Upload();
        var announced = Check(asked);
        var once = new RequestOnce(db, project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            if (await RowAsync(db, first, cancel) is { } there)
            {
                return there;
            }

            // Deleted or expired since: who sends the same file again gets a new upload.
            await db.Requests.Where(r => r.Project == project && r.RequestId == request.RequestId && r.ResourceName == first).ExecuteDeleteAsync(cancel);
        }

        var row = new UploadRow
        {
            Project = project,
            UploadId = ResourceId.New("upload"),
            FileName = asked.FileName,
            DeclaredBytes = asked.SizeBytes,
            AnnouncedSha256 = asked.Sha256,
            StagingFolder = staging.Folder,
            CreatedTicks = time.GetUtcNow().UtcTicks,
            Creator = creator,
        };
        try
        {
            await InsertAsync(db, row, announced, once, cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // The same request at the same time won.
            db.ChangeTracker.Clear();
            var winner = await once.FindAsync(cancel);
            return winner is not null && await RowAsync(db, winner, cancel) is { } there ? there : throw UploadErrors.Busy(request.Parent);
        }

        if (row.State == UploadState.Active)
        {
            await faults.GuardAsync(row, () => staging.CreateAsync(row.UploadId, cancel));
        }

        return row;
    }

    private BlobDigest? Check(Upload asked)
    {
        var violations = new Violations();
        UploadFileName.Check(violations, asked.FileName, "upload.file_name");
        violations.Require(asked.SizeBytes >= 0, "upload.size_bytes", "must not be negative.");
        violations.Require(asked.SizeBytes <= options.MaxBytes, "upload.size_bytes", $"an upload may have at most {options.MaxBytes} bytes here.");
        var isDigest = BlobDigest.TryParse(asked.Sha256, out var digest);
        violations.Require(isDigest || asked.Sha256.Length == 0, "upload.sha256", "must be a SHA-256 as 64 lower-case hexadecimal digits.");
        violations.ThrowIfAny();
        return isDigest ? digest : null;
    }

    private async Task InsertAsync(TDb db, UploadRow row, BlobDigest? announced, RequestOnce once, CancellationToken cancel)
    {
        db.Add(row);
        once.Record(kind.NameOf(row), time.GetUtcNow());
        if (announced is not { } digest)
        {
            await db.SaveChangesAsync(cancel);
            return;
        }

        // Whoever would collect the blob waits, and then finds this row.
        // When somebody has it for long, its bytes are on their way into the store, so the project does not have them yet.
        await using var held = await locks.TryTakeAsync(row.Project, digest.Hex, cancel);
        var blob = held is null ? null : await faults.GuardAsync(row, () => known.FindAsync(db, row.Project, digest, row.DeclaredBytes, cancel));
        if (blob is not null)
        {
            (row.State, row.Sha256, row.StoredBytes) = (UploadState.Finished, digest.Hex, blob.Size);
        }

        await db.SaveChangesAsync(cancel);
    }

    private Task<UploadRow?> RowAsync(TDb db, string name, CancellationToken cancel)
    {
        var ids = kind.Pattern.Parse(name, "name");
        return db.Set<UploadRow>().FindAsync([ids[0], ids[1]], cancel).AsTask();
    }
}
