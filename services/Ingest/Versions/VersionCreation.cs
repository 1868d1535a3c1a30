using Google.Protobuf;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Names;
using Mesh.ServiceDefaults.Storage;
using Mesh.ServiceDefaults.Watching;
using Mesh.Uploads;
using Mesh.Uploads.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Mesh.Ingest.Versions;

/// <summary>Turns finished uploads into a new version in RUNNING, in one transaction; the commit runner does the rest.</summary>
internal sealed class VersionCreation(
    IDbContextFactory<IngestDb> databases, VersionStore versions, ChangeSignals signals, IOptions<IngestOptions> options, TimeProvider time)
{
    public async Task<DatasetVersion> CreateAsync(CreateDatasetVersionRequest request, string creator, CancellationToken cancel)
    {
        var ids = IngestNames.Dataset.Parse(request.Parent, "parent");
        var uploads = Check(request, ids[0]);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var once = new RequestOnce(db, ids[0], request.RequestId, request);
        if (await once.FindAsync(cancel) is { } first)
        {
            return await versions.GetAsync(first, cancel);
        }

        string name;
        try
        {
            name = await InsertAsync(db, once, request, ids[0], ids[1], uploads, creator, cancel);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            // The same request at the same time won.
            name = await once.FindAsync(cancel) ?? throw MeshError.Aborted("VERSION_CONFLICT", $"Another call changed {request.Parent}; try again.");
        }

        // As it was created; a small one is ready before the answer has left.
        var created = await versions.GetAsync(name, cancel);
        signals.Pulse(CommitRunner.Wake);
        return created;
    }

    private string[] Check(CreateDatasetVersionRequest request, string project)
    {
        var violations = new Violations();
        var limit = options.Value.MaxFilesPerVersion;
        violations.Require(request.Uploads.Count >= 1, "uploads", "name at least one finished upload.");
        violations.Require(request.Uploads.Count <= limit, "uploads", $"a version has at most {limit} files here.");
        violations.Require(Enum.IsDefined(request.Format), "format", "is not a known format.");
        LabelNames.Check(violations, request.LabelNames, "label_names");
        ReadingRequest.Check(violations, request, options.Value);
        violations.ThrowIfAny();

        var found = new string[request.Uploads.Count];
        for (var i = 0; i < found.Length; i++)
        {
            var field = $"uploads[{i}]";
            if (!IngestNames.Upload.TryParse(request.Uploads[i], out var ids))
            {
                violations.Add(field, $"is not of the form \"{IngestNames.Upload.Pattern}\".");
                continue;
            }

            violations.Require(ids[0] == project, field, $"is not in projects/{project}.");
            violations.Require(!found.Contains(ids[1]), field, "is named twice.");
            found[i] = ids[1];
        }

        violations.ThrowIfAny();
        return found;
    }

    private async Task<string> InsertAsync(
        IngestDb db, RequestOnce once, CreateDatasetVersionRequest request, string project, string dataset, string[] uploads, string creator,
        CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // Locks the dataset's row, so that numbers are unique and in order however many create at once.
        if (await db.Datasets.Of(project, dataset).ExecuteUpdateAsync(set => set.SetProperty(d => d.LastVersion, d => d.LastVersion + 1), cancel) == 0)
        {
            throw MeshError.NotFound(request.Parent);
        }

        var now = time.GetUtcNow();
        var number = await db.Datasets.Of(project, dataset).Select(d => d.LastVersion).SingleAsync(cancel);
        var key = new VersionKey(project, dataset, number);
        var facts = new DatasetVersion
        {
            Format = request.Format,
            LabelNames = { request.LabelNames },
            Options = request.Options,
            Schema = request.Schema,
            Strict = request.Strict,
            MaxRejectedFraction = request.MaxRejectedFraction,
        };
        db.Add(new VersionRow
        {
            Project = project,
            DatasetId = dataset,
            Version = number,
            CreatedTicks = now.UtcTicks,
            LastReadTicks = now.UtcTicks,
            Creator = creator,
            Facts = facts.ToByteArray(),
        });
        await AddFilesAsync(db, key, uploads, now, cancel);
        once.Record(key.Name, now);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return key.Name;
    }

    private static async Task AddFilesAsync(IngestDb db, VersionKey key, string[] uploads, DateTimeOffset now, CancellationToken cancel)
    {
        // Touching the rows locks them: a delete of an upload at the same time comes before, and is noticed, or after, and
        // then finds the files below in its way.
        await db.Uploads.Where(u => u.Project == key.Project && uploads.Contains(u.UploadId) && u.State == UploadState.Finished)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.UsedTicks, now.UtcTicks), cancel);
        var rows = await db.Uploads.AsNoTracking().Where(u => u.Project == key.Project && uploads.Contains(u.UploadId)).ToDictionaryAsync(u => u.UploadId, cancel);
        var violations = new Violations();
        var paths = new HashSet<string>();
        for (var i = 0; i < uploads.Length; i++)
        {
            var (field, name) = ($"uploads[{i}]", IngestNames.Upload.Format(key.Project, uploads[i]));
            if (!rows.TryGetValue(uploads[i], out var upload))
            {
                throw MeshError.NotFound(name);
            }

            if (upload.State != UploadState.Finished)
            {
                throw MeshError.Precondition("UPLOAD_NOT_FINISHED", $"{name} ({upload.FileName}) is not finished.");
            }

            if (!paths.Add(upload.FileName))
            {
                violations.Add(field, $"another upload is called \"{upload.FileName}\" too.");
                continue;
            }

            db.Add(new VersionFileRow
            {
                Project = key.Project,
                DatasetId = key.DatasetId,
                Version = key.Version,
                Path = upload.FileName,
                Sha256 = upload.Sha256,
                SizeBytes = upload.StoredBytes,
            });
        }

        violations.ThrowIfAny();
    }
}
