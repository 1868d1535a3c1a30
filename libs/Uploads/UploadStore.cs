using Grpc.Core;
using Mesh.Blobs;
using Mesh.Blobs.Staging;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.Uploads.Http;
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
    private readonly KnownContent<TDb> _known;
    private readonly UploadCreation<TDb> _creation;
    private readonly StagedBytes<TDb> _staged;
    private readonly UploadFaults _faults;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal UploadStore(
        IDbContextFactory<TDb> databases, BlobStaging staging, IBlobStore blobs, IBlobReferences<TDb> references, UploadKind kind, IOptions<UploadOptions> options,
        BlobCollector<TDb> collector, DigestLock<TDb> locks, TimeProvider time, ILogger<UploadStore<TDb>> logger)
    {
        (_databases, _staging, _kind, _options, _collector, _locks, _time, _logger) = (databases, staging, kind, options.Value, collector, locks, time, logger);
        _faults = new UploadFaults(kind, logger);
        _staged = new StagedBytes<TDb>(staging, blobs, kind);
        _known = new KnownContent<TDb>(blobs, references, kind);
        _creation = new UploadCreation<TDb>(staging, kind, _options, locks, _known, _faults, time);
    }

    /// <summary>
    /// Makes an empty upload, or one that is FINISHED when the project has bytes of the digest that was announced. The caller has
    /// checked that the project is active.
    /// </summary>
    public async Task<Upload> CreateAsync(CreateUploadRequest request, string creator, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await _creation.CreateAsync(db, request, creator, cancel);
        var upload = await ShowAsync(db, row, cancel);
        upload.SizeSeen = upload.State == UploadState.Active && row is { DeclaredBytes: > 0, AnnouncedSha256: "" }
            && await _known.HasSizeAsync(db, row.Project, row.DeclaredBytes, cancel);
        return upload;
    }

    /// <summary>
    /// Appends a stream of chunks and returns when they are synced. What arrived before a break is kept; Get tells where to go
    /// on. FAILED_PRECONDITION OFFSET_MISMATCH carries committed_bytes.
    /// </summary>
    public async Task<Upload> WriteAsync(IAsyncStreamReader<WriteUploadRequest> requests, CancellationToken cancel)
    {
        var messages = new WriteMessages(requests);
        var (name, offset) = await messages.BeginAsync(cancel);
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindActiveAsync(db, name, cancel);
        return row.ToUpload(_kind, await AppendAsync(db, row, offset, row.DeclaredBytes, messages.ChunksAsync(cancel), cancel));
    }

    /// <summary>
    /// Writes the bytes of a stream, which are those that <paramref name="part"/> says. When the upload has all the bytes that the part
    /// says it will have, it is finished. What the stream throws is thrown on; what it gave before that is kept.
    /// </summary>
    /// <param name="expected">What all bytes have; null for what was announced, or whatever they have.</param>
    public async Task<Upload> PutAsync(string name, ContentPart part, Stream content, BlobDigest? expected, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindActiveAsync(db, name, cancel);
        var total = TotalOf(row, part.Total);
        if (part.IsWhole)
        {
            await StartAgainAsync(db, row, cancel);
        }

        // A part ends where it says; all of an upload whose size nobody knows, where the body does.
        var limit = part.End ?? total ?? 0;
        using var body = new BodyChunks(content);
        var committed = await AppendAsync(db, row, part.Start, limit, body.ReadAsync(cancel), cancel);
        return (part.IsWhole ? total ?? committed : part.Total) == committed ? await FinishWholeAsync(row, expected, cancel) : row.ToUpload(_kind, committed);
    }

    public async Task<Upload> GetAsync(string name, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        return await ShowAsync(db, await FindAsync(db, name, cancel), cancel);
    }

    /// <summary>
    /// The same, with the SHA-256 of what is there when the request asks for it and it can be told within
    /// <see cref="UploadOptions.AnswerSeconds"/>; another call goes on with the hashing.
    /// </summary>
    public async Task<Upload> GetAsync(GetUploadRequest request, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, request.Name, cancel);
        var upload = await ShowAsync(db, row, cancel);
        if (!request.WithCommittedSha256 || upload.State != UploadState.Active)
        {
            return upload;
        }

        using var limit = new CancellationTokenSource(_options.Answer, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            if (await _faults.GuardAsync(row, () => _staged.HashAsync(row, either.Token)) is { } all)
            {
                (upload.CommittedBytes, upload.CommittedSha256) = (all.Size, all.Digest.Hex);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The client asks again.
        }

        return upload;
    }

    /// <summary>The uploads of a project. Bytes of a write in progress are counted in; Get tells where the next one starts.</summary>
    public async Task<ListUploadsResponse> ListAsync(ListUploadsRequest request, CancellationToken cancel)
    {
        var project = ResourcePattern.Project.Parse(request.Parent, "parent")[0];
        var paging = Paging.Parse(request.PageSize, request.PageToken);
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var rows = await db.Set<UploadRow>().AsNoTracking()
            .Where(u => u.Project == project && string.Compare(u.UploadId, paging.After) > 0)
            .Where(u => request.State == UploadState.Unspecified || u.State == request.State)
            .OrderBy(u => u.UploadId).Take(paging.Size + 1).ToListAsync(cancel);
        var (page, next) = paging.Next(rows, u => u.UploadId);
        return new ListUploadsResponse { Uploads = { page.Select(u => u.ToUpload(_kind, _staged.Seen(u))) }, NextPageToken = next };
    }

    /// <summary>
    /// Checks all bytes against the digest the client computed and stores them; bytes that the project has already need not have
    /// been sent. Finishing again with the same digest is harmless. After DIGEST_MISMATCH the upload is ACTIVE and empty: the
    /// client sends it again from byte 0.
    /// </summary>
    public async Task<Upload> FinishAsync(FinishUploadRequest request, CancellationToken cancel)
    {
        if (!BlobDigest.TryParse(request.Sha256, out var digest))
        {
            throw MeshError.Invalid("sha256", "must be a SHA-256 as 64 lower-case hexadecimal digits.");
        }

        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, request.Name, cancel);
        if (row.AnnouncedSha256.Length > 0 && row.AnnouncedSha256 != digest.Hex)
        {
            throw UploadErrors.AnnouncedOtherwise(request.Name, row.AnnouncedSha256);
        }

        await _faults.GuardAsync(row, () => _staged.HashAsync(row, cancel));
        await using var held = await _locks.TakeAsync(row.Project, digest.Hex, cancel);
        await _staged.ReloadAsync(db, row, cancel);
        await _faults.GuardAsync(row, () => FinishAsync(db, row, digest, cancel));
        return row.ToUpload(_kind, row.StoredBytes);
    }

    /// <summary>Deletes an upload in either state. Its blob goes when nothing else refers to it.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancel)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, name, cancel);
        // Bytes first: when another call writes them, the delete is refused and nothing has changed.
        await _faults.GuardAsync(row, () => _staging.DeleteAsync(row.UploadId, cancel));
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

    /// <returns>Bytes on disk.</returns>
    private Task<long> AppendAsync(TDb db, UploadRow row, long offset, long limit, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancel) =>
        _faults.GuardAsync(row, async () =>
        {
            // Makes sure that there is a file to append to.
            await _staged.CommittedAsync(db, row, cancel);
            return row.State == UploadState.Finished
                ? throw UploadErrors.Finished(_kind.NameOf(row))
                : await new UploadWriting(_staging, _kind.NameOf(row), row.UploadId, limit, _options).RunAsync(offset, chunks, cancel);
        });

    /// <summary>Drops what an earlier call sent. A crash in between leaves an upload without staged bytes, which starts at 0.</summary>
    private async Task StartAgainAsync(TDb db, UploadRow row, CancellationToken cancel)
    {
        if (await _faults.GuardAsync(row, () => _staged.CommittedAsync(db, row, cancel)) > 0 && row.State == UploadState.Active)
        {
            await _faults.GuardAsync(row, () => _staging.DeleteAsync(row.UploadId, cancel));
        }
    }

    private async Task<Upload> FinishWholeAsync(UploadRow row, BlobDigest? expected, CancellationToken cancel)
    {
        var name = _kind.NameOf(row);
        var digest = expected?.Hex ?? (row.AnnouncedSha256.Length > 0 ? row.AnnouncedSha256 : null);
        digest ??= (await _faults.GuardAsync(row, () => _staged.HashAsync(row, cancel)) ?? throw UploadErrors.Busy(name)).Digest.Hex;
        return await FinishAsync(new FinishUploadRequest { Name = name, Sha256 = digest }, cancel);
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
            var blob = await _known.FindAsync(db, row.Project, digest, row.DeclaredBytes, cancel)
                ?? throw UploadErrors.SizeMismatch(_kind.NameOf(row), row.DeclaredBytes, committed);
            await StagedBytes<TDb>.FinishAsync(db, row, blob, cancel);
            await _staging.DeleteAsync(row.UploadId, CancellationToken.None);
            return;
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

    private async Task<Upload> ShowAsync(TDb db, UploadRow row, CancellationToken cancel) =>
        row.ToUpload(_kind, await _faults.GuardAsync(row, () => _staged.CommittedAsync(db, row, cancel)));

    private async Task<UploadRow> FindAsync(TDb db, string name, CancellationToken cancel)
    {
        var ids = _kind.Pattern.Parse(name, "name");
        return await db.Set<UploadRow>().FindAsync([ids[0], ids[1]], cancel) ?? throw MeshError.NotFound(name);
    }

    private async Task<UploadRow> FindActiveAsync(TDb db, string name, CancellationToken cancel)
    {
        var row = await FindAsync(db, name, cancel);
        return row.State == UploadState.Active ? row : throw UploadErrors.Finished(name);
    }

    /// <summary>All bytes that the upload will have; null when nobody has said.</summary>
    private long? TotalOf(UploadRow row, long? said)
    {
        var declared = row.DeclaredBytes > 0 ? row.DeclaredBytes : (long?)null;
        return said is { } total && declared is { } size && total != size
            ? throw UploadErrors.SizeMismatch(_kind.NameOf(row), size, total)
            : said > _options.MaxBytes ? throw UploadErrors.TooLarge(_kind.NameOf(row), _options.MaxBytes)
            : said ?? declared;
    }
}
