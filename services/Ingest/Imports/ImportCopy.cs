using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Mesh.Ingest.Imports.Sources;
using Mesh.Ingest.Storage;
using Mesh.ServiceDefaults.Errors;
using Mesh.Uploads;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Imports;

/// <summary>
/// Copies one file of a source into an upload of its own, and goes on where an earlier try, attempt or process stopped: how far it is
/// says the upload, which is found again by its request id.
/// </summary>
internal sealed class ImportCopy(
    IDbContextFactory<IngestDb> databases, UploadStore<IngestDb> uploads, IOptions<ImportOptions> options, TimeProvider time, ILogger<ImportCopy> logger)
{
    /// <summary>Tries in a row in which no byte came.</summary>
    private const int MaxTries = 5;

    /// <param name="report">Is told how many bytes of the file have come.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ImportException">It cannot be copied; the message names it.</exception>
    public async Task<long> RunAsync(ImportRow import, ImportFileRow file, IImportSource source, Action<long> report, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var upload = await UploadOfAsync(import, file, cancel);
            var before = upload.CommittedBytes;
            var last = before;
            try
            {
                if (upload.State != UploadState.Finished)
                {
                    upload = await WriteAsync(file, upload, source, bytes => report(last = bytes), cancel);
                }

                return await FinishedAsync(file, upload, report, cancel);
            }
            catch (Exception e) when (e is SourceBrokenException or MeshException { Code: StatusCode.Aborted or StatusCode.Unavailable })
            {
                tries = last > before ? 1 : tries;
                if (tries >= MaxTries)
                {
                    throw new ImportException("SOURCE_UNAVAILABLE", $"{file.Path}: {e.Message} It was tried {MaxTries} times.");
                }

                if (e is SourceBrokenException { IsCorrupt: true })
                {
                    await DropAsync(upload.Name);
                }

                logger.ImportFileBroke(IngestNames.Import.Format(file.Project, file.ImportId), file.Path, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(options.Value.RetrySeconds) * (1 << tries - 1), time, cancel);
            }
            catch (MeshException e)
            {
                throw new ImportException(e.Reason, $"{file.Path}: {e.Message}");
            }
        }
    }

    /// <summary>Deletes an upload that nobody goes on with.</summary>
    public async Task DropAsync(string upload)
    {
        try
        {
            await uploads.DeleteAsync(upload, CancellationToken.None);
        }
        catch (MeshException)
        {
            // Gone already, or it expires.
        }
    }

    private async Task<Upload> UploadOfAsync(ImportRow import, ImportFileRow file, CancellationToken cancel)
    {
        var create = new CreateUploadRequest
        {
            Parent = $"projects/{file.Project}",
            Upload = new Upload { FileName = file.Path, SizeBytes = file.Bytes ?? 0 },
            RequestId = $"{file.ImportId}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Path)))[..32]}",
        };
        Upload upload;
        try
        {
            upload = await uploads.CreateAsync(create, import.Creator, cancel);
        }
        catch (MeshException e) when (e.Code is not (StatusCode.Aborted or StatusCode.Unavailable))
        {
            throw new ImportException(e.Reason, $"{file.Path}: {e.Message}");
        }

        var id = upload.Name[(upload.Name.LastIndexOf('/') + 1)..];
        if (file.UploadId != id)
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            await RowOf(db, file).ExecuteUpdateAsync(set => set.SetProperty(f => f.UploadId, id), cancel);
        }

        return upload;
    }

    private async Task<Upload> WriteAsync(ImportFileRow file, Upload upload, IImportSource source, Action<long> report, CancellationToken cancel)
    {
        var entry = new SourceEntry(file.Path, file.Key, file.Bytes, file.Version);
        await using var content = await source.OpenAsync(entry, upload.CommittedBytes, cancel);
        await using var bytes = new SourceStream(content, file.Path, options.Value.Stall, report);
        var part = content is { Start: > 0, Total: { } total } ? ContentPart.From(content.Start, total) : ContentPart.Whole(content.Total);
        return await uploads.PutAsync(upload.Name, part, bytes, expected: null, cancel);
    }

    private async Task<long> FinishedAsync(ImportFileRow file, Upload upload, Action<long> report, CancellationToken cancel)
    {
        if (upload.State != UploadState.Finished)
        {
            throw new SourceBrokenException("It ended early.");
        }

        await using var db = await databases.CreateDbContextAsync(cancel);
        await RowOf(db, file).ExecuteUpdateAsync(set => set.SetProperty(f => f.Finished, true).SetProperty(f => f.StoredBytes, upload.CommittedBytes), cancel);
        report(upload.CommittedBytes);
        return upload.CommittedBytes;
    }

    private static IQueryable<ImportFileRow> RowOf(IngestDb db, ImportFileRow file) =>
        db.ImportFiles.Where(f => f.Project == file.Project && f.ImportId == file.ImportId && f.Path == file.Path);
}
