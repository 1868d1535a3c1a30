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
    private readonly KnownContent<TDb> _known;
    private readonly UploadCreation<TDb> _creation;
    private readonly StagedBytes<TDb> _staged;
    private readonly UploadFinishing<TDb> _finishing;
    private readonly UploadFaults _faults;
    private readonly TimeProvider _time;

    internal UploadStore(
        IDbContextFactory<TDb> databases, BlobStaging staging, UploadKind kind, IOptions<UploadOptions> options, BlobCollector<TDb> collector,
        KnownContent<TDb> known, UploadCreation<TDb> creation, StagedBytes<TDb> staged, UploadFinishing<TDb> finishing, UploadFaults faults, TimeProvider time)
    {
        (_databases, _staging, _kind, _options, _collector, _known) = (databases, staging, kind, options.Value, collector, known);
        (_creation, _staged, _finishing, _faults, _time) = (creation, staged, finishing, faults, time);
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
    /// says it will have, it is finished. What the stream throws is thrown on; what it gave before that is kept. An upload that is being
    /// finished has all its bytes: nothing is read then.
    /// </summary>
    /// <param name="expected">What all bytes have; null for what was announced, or whatever they have.</param>
    /// <param name="limit">Answers FINISHING when the finish takes longer; null waits for its end.</param>
    public async Task<Upload> PutAsync(string name, ContentPart part, Stream content, BlobDigest? expected, CancellationToken cancel, TimeSpan? limit = null)
    {
        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, name, cancel);
        expected = DigestOf(row, expected);
        if (row.State == UploadState.Finishing && limit is null)
        {
            return await FinishAsync(row, expected, limit, cancel);
        }

        CheckActive(row);
        var total = TotalOf(row, part.Total);
        if (part.IsWhole)
        {
            await StartAgainAsync(db, row, cancel);
        }

        // A part ends where it says; all of an upload whose size nobody knows, where the body does.
        var end = part.End ?? total ?? 0;
        using var body = new BodyChunks(content);
        var committed = await AppendAsync(db, row, part.Start, end, body.ReadAsync(cancel), cancel);
        return (part.IsWhole ? total ?? committed : part.Total) == committed ? await FinishAsync(row, expected, limit, cancel) : row.ToUpload(_kind, committed);
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
    /// been sent. Answers FINISHING when that takes longer than <see cref="UploadOptions.AnswerSeconds"/>; it goes on, whoever waits, and
    /// a further call joins it. Finishing again with the same digest is harmless. After DIGEST_MISMATCH the upload is ACTIVE and empty:
    /// the client sends it again from byte 0.
    /// </summary>
    public async Task<Upload> FinishAsync(FinishUploadRequest request, CancellationToken cancel)
    {
        if (!BlobDigest.TryParse(request.Sha256, out var digest))
        {
            throw MeshError.Invalid("sha256", "must be a SHA-256 as 64 lower-case hexadecimal digits.");
        }

        await using var db = await _databases.CreateDbContextAsync(cancel);
        var row = await FindAsync(db, request.Name, cancel);
        return await FinishAsync(row, DigestOf(row, digest), _options.Answer, cancel);
    }

    /// <summary>Deletes an upload; ABORTED while it is being finished. Its blob goes when nothing else refers to it.</summary>
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

    private async Task<Upload> FinishAsync(UploadRow row, BlobDigest? digest, TimeSpan? limit, CancellationToken cancel)
    {
        var finishing = row.State == UploadState.Finished ? Task.FromResult(row) : _finishing.RunAsync(row, digest);
        await ((Task)finishing).WaitAsync(limit ?? Timeout.InfiniteTimeSpan, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (!finishing.IsCompleted)
        {
            var upload = row.ToUpload(_kind, _staged.Seen(row));
            (upload.State, upload.Sha256) = (UploadState.Finishing, digest?.Hex ?? upload.Sha256);
            return upload;
        }

        var finished = await finishing;
        return digest is { } expected && finished.Sha256 != expected.Hex
            ? throw UploadErrors.FinishedOtherwise(_kind.NameOf(row), finished.Sha256)
            : finished.ToUpload(_kind, finished.StoredBytes);
    }

    /// <summary>Does not wait for who is at work with the bytes: those may have long to do.</summary>
    private async Task<Upload> ShowAsync(TDb db, UploadRow row, CancellationToken cancel)
    {
        if (row.State == UploadState.Finishing && _staged.IsThere(row))
        {
            return row.ToUpload(_kind, _staged.Seen(row));
        }

        try
        {
            return row.ToUpload(_kind, await _faults.GuardAsync(row, () => _staged.CommittedAsync(db, row, cancel)));
        }
        catch (MeshException e) when (e.Reason == UploadErrors.BusyReason)
        {
            await _staged.ReloadAsync(db, row, cancel);
            return row.ToUpload(_kind, _staged.Seen(row));
        }
    }

    private async Task<UploadRow> FindAsync(TDb db, string name, CancellationToken cancel)
    {
        var ids = _kind.Pattern.Parse(name, "name");
        return await db.Set<UploadRow>().FindAsync([ids[0], ids[1]], cancel) ?? throw MeshError.NotFound(name);
    }

    private async Task<UploadRow> FindActiveAsync(TDb db, string name, CancellationToken cancel)
    {
        var row = await FindAsync(db, name, cancel);
        CheckActive(row);
        return row;
    }

    private void CheckActive(UploadRow row)
    {
        if (row.State != UploadState.Active)
        {
            throw row.State == UploadState.Finished ? UploadErrors.Finished(_kind.NameOf(row)) : UploadErrors.Busy(_kind.NameOf(row));
        }
    }

    /// <summary>What all bytes must have; null when nobody has said.</summary>
    private BlobDigest? DigestOf(UploadRow row, BlobDigest? said) => !BlobDigest.TryParse(row.AnnouncedSha256, out var announced)
        ? said
        : said is null || said == announced ? announced : throw UploadErrors.AnnouncedOtherwise(_kind.NameOf(row), announced.Hex);

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
