using Grpc.Core;
using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Uploads;

/// <summary>
/// Uploads as a resource: create, write, get, list, finish, delete. What a call acknowledged survives a crash. All members throw
/// <see cref="MeshException"/>: NOT_FOUND for an unknown upload, ABORTED while another call writes it, UNAVAILABLE when the
/// storage fails.
/// </summary>
public sealed class UploadStore<TDb>
    where TDb : MeshDb
{
    private readonly IDbContextFactory<TDb> _databases;
    private readonly BlobStaging _staging;
    private readonly UploadKind _kind;
    private readonly UploadOptions _options;
    private readonly BlobCollector<TDb> _collector;
    private readonly DigestLock<TDb> _locks;
    private readonly StagedBytes<TDb> _staged;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal UploadStore(
        IDbContextFactory<TDb> databases, BlobStaging staging, IBlobStore blobs, UploadKind kind, IOptions<UploadOptions> options,
        BlobCollector<TDb> collector, DigestLock<TDb> locks, TimeProvider time, ILogger<UploadStore<TDb>> logger)
    {
        (_databases, _staging, _kind, _options, _collector, _locks, _time, _logger) =
            (databases, staging, kind, options.Value, collector, locks, time, logger);
        _staged = new StagedBytes<TDb>(staging, blobs, kind);
    }

    /// <summary>Makes an empty upload. The caller has checked that the project is active.</summary>
    public async Task<Upload> CreateAsync(CreateUploadRequest request, string creator, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var asked = request.Upload ?? new Upload();
        var violations = new Violations();
        UploadFileName.Check(violations, asked.FileName, "upload.file_name");
        violations.Require(asked.SizeBytes >= 0, "upload.size_bytes", "must not be negative.");
        violations.Require(asked.SizeBytes <= _options.MaxBytes, "upload.size_bytes", $"an upload may have at most {_options.MaxBytes} bytes here.");
        violations.ThrowIfAny();

        await using var db = await _databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, project, request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            if (await IsThereAsync(db, first, cancel))
            {
                return await GetAsync(first, cancel);
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
            CreatedTicks = _time.GetUtcNow().UtcTicks,
            Creator = creator,
        };
        db.Add(row);
        once.Record(_kind.NameOf(row), _time.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // The same request at the same time won.
            return await GetAsync(await once.FindAsync(cancel) ?? throw UploadErrors.Busy(request.Parent), cancel);
        }

        await GuardAsync(row, () => _staging.CreateAsync(row.UploadId, cancel));
        return row.ToUpload(_kind, 0);
    }

    /// <summary>
    /// Appends a stream of chunks and returns when they are synced. What arrived before a break is kept; Get tells where to go
    /// on. FAILED_PRECONDITION OFFSET_MISMATCH carries committed_bytes.
    /// </summary>
    public async Task<Upload> WriteAsync(IAsyncStreamReader<WriteUploadRequest> requests, CancellationToken cancel)
    {
        if (!await requests.MoveNext(cancel))
        {
            throw MeshError.Invalid("name", "the stream has no message.");
        }

        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, requests.Current.Name, cancel);
        if (row.State == UploadState.Finished)
        {
            throw UploadErrors.Finished(_kind.NameOf(row));
        }

        var committed = await GuardAsync(row, async () =>
        {
            // Makes sure that there is a file to append to.
            await _staged.CommittedAsync(db, row, cancel);
            return row.State == UploadState.Finished
                ? throw UploadErrors.Finished(_kind.NameOf(row))
                : await new UploadWriting(_staging, _kind.NameOf(row), row, _options).RunAsync(requests, cancel);
        });
        return row.ToUpload(_kind, committed);
    }

    public async Task<Upload> GetAsync(string name, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, name, cancel);
        return row.ToUpload(_kind, await GuardAsync(row, () => _staged.CommittedAsync(db, row, cancel)));
    }

    /// <summary>The uploads of a project. Bytes of a write in progress are counted in; Get tells where the next one starts.</summary>
    public async Task<ListUploadsResponse> ListAsync(ListUploadsRequest request, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var paging = Paging.Parse(request.PageSize, request.PageToken);
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var rows = await db.Set<UploadRow>().AsNoTracking()
            .Where(u => u.Project == project && string.Compare(u.UploadId, paging.After) > 0)
            .OrderBy(u => u.UploadId).Take(paging.Size + 1).ToListAsync(cancel);
        var (page, next) = paging.Next(rows, u => u.UploadId);
        return new ListUploadsResponse { Uploads = { page.Select(u => u.ToUpload(_kind, _staged.Seen(u))) }, NextPageToken = next };
    }

    /// <summary>
    /// Checks all bytes against the digest the client computed and stores them. Finishing again with the same digest is
    /// harmless. After DIGEST_MISMATCH the upload is ACTIVE and empty: the client sends it again from byte 0.
    /// </summary>
    public async Task<Upload> FinishAsync(FinishUploadRequest request, CancellationToken cancel)
    {
        if (!BlobDigest.TryParse(request.Sha256, out var digest))
        {
            throw MeshError.Invalid("sha256", "must be a SHA-256 as 64 lower-case hexadecimal digits.");
        }

        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, request.Name, cancel);
        await GuardAsync(row, () => _staged.HashAsync(row, cancel));
        await using var held = await _locks.TakeAsync(row.Project, digest.Hex, cancel);
        await _staged.ReloadAsync(db, row, cancel);
        await GuardAsync(row, () => FinishAsync(db, row, digest, cancel));
        return row.ToUpload(_kind, row.StoredBytes);
    }

    /// <summary>Deletes an upload in either state. Its blob goes when nothing else refers to it.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, name, cancel);
        // Bytes first: when another call writes them, the delete is refused and nothing has changed.
        await GuardAsync(row, () => _staging.DeleteAsync(row.UploadId, cancel));
        await using (var transaction = await db.Database.BeginTransactionAsync(cancel))
        {
            // Locks the row: a Finish at the same time has written its digest before, to be released here, or finds no row.
            await db.Set<UploadRow>().Where(u => u.Project == row.Project && u.UploadId == row.UploadId)
                .ExecuteUpdateAsync(set => set.SetProperty(u => u.UsedTicks, u => u.UsedTicks), cancel);
            await _staged.ReloadAsync(db, row, cancel);
            await BlobCollector<TDb>.ReleaseAsync(db, row.Project, new[] { row.Sha256, row.FinishingSha256 }.Where(d => d.Length > 0), cancel);
            db.Remove(row);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        _collector.Wake();
    }

    private async Task FinishAsync(TDb db, UploadRow row, BlobDigest digest, CancellationToken cancel)
    {
        var committed = await _staged.CommittedAsync(db, row, cancel);
        if (row.State == UploadState.Finished)
        {
            if (row.Sha256 != digest.Hex)
            {
                throw UploadErrors.FinishedOtherwise(_kind.NameOf(row), row.Sha256);
            }

            return;
        }

        if (row.DeclaredBytes > 0 && committed != row.DeclaredBytes)
        {
            throw UploadErrors.SizeMismatch(_kind.NameOf(row), row.DeclaredBytes, committed);
        }

        row.FinishingSha256 = digest.Hex;
        await db.SaveChangesAsync(cancel);
        try
        {
            var blob = await _staging.FinishAsync(row.UploadId, new BlobScope(_kind.Service, row.Project), digest, cancel);
            await StagedBytes<TDb>.FinishAsync(db, row, blob, CancellationToken.None);
        }
        catch (BlobDigestMismatchException e)
        {
            Log.DigestMismatch(_logger, _kind.NameOf(row), digest.Hex, e.Actual.Hex);
            row.FinishingSha256 = "";
            await db.SaveChangesAsync(CancellationToken.None);
            await _staging.DeleteAsync(row.UploadId, CancellationToken.None);
            await _staging.CreateAsync(row.UploadId, CancellationToken.None);
            throw UploadErrors.DigestMismatch(_kind.NameOf(row), digest.Hex, e.Actual.Hex);
        }
    }

    private async Task<UploadRow> FindAsync(TDb db, string name, CancellationToken cancel)
    {
        var ids = _kind.Pattern.Parse(name, "name");
        return await db.Set<UploadRow>().FindAsync([ids[0], ids[1]], cancel) ?? throw MeshError.NotFound(name);
    }

    private Task<bool> IsThereAsync(TDb db, string name, CancellationToken cancel)
    {
        var ids = _kind.Pattern.Parse(name, "name");
        var (project, id) = (ids[0], ids[1]);
        return db.Set<UploadRow>().AnyAsync(u => u.Project == project && u.UploadId == id, cancel);
    }

    private Task GuardAsync(UploadRow row, Func<Task> action) => GuardAsync(row, async () =>
    {
        await action();
        return true;
    });

    private async Task<T> GuardAsync<T>(UploadRow row, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (StagingBusyException)
        {
            throw UploadErrors.Busy(_kind.NameOf(row));
        }
        catch (StagingNotFoundException)
        {
            // Finished, deleted or being recovered by another call in this very moment.
            throw UploadErrors.Busy(_kind.NameOf(row));
        }
        catch (DbUpdateConcurrencyException)
        {
            // Deleted by another call in this very moment, which has released the blob.
            throw MeshError.NotFound(_kind.NameOf(row));
        }
        catch (BlobStoreException e)
        {
            Log.StorageFailed(_logger, _kind.NameOf(row), e);
            throw UploadErrors.Storage(e);
        }
    }
}
