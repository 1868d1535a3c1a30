using Grpc.Core;
using Mesh.Blobs;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions;

/// <summary>The body of VerifyDatasetVersion: hashes every file of a version again, and its manifest.</summary>
internal sealed class VersionCheck(IDbContextFactory<IngestDb> databases, IBlobStore blobs, ILogger<VersionCheck> logger)
{
    public async Task RunAsync(string name, IServerStreamWriter<VerifyDatasetVersionResponse> stream, CancellationToken cancel)
    {
        var key = VersionKey.Parse(name);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await VersionStore.FindAsync(db, key, cancel);
        VersionStore.CheckReady(row);
        var files = SourceFiles.Of(blobs, await db.Files.AsNoTracking().Of(key).ToListAsync(cancel));
        var rejections = await db.Details.AsNoTracking().Of(key).Select(d => d.Rejections).SingleAsync(cancel);
        var (done, total) = (0L, files.Sum(f => f.Size));
        foreach (var file in files)
        {
            // Before each file too, so that a large one is seen to be under way.
            await stream.WriteAsync(new VerifyDatasetVersionResponse { Progress = new Progress { Stage = file.Path, Done = done, Total = total } }, cancel);
            if (await ProblemAsync(file, name, cancel) is { } problem)
            {
                await stream.WriteAsync(new VerifyDatasetVersionResponse { Problems = { problem } }, cancel);
            }

            done += file.Size;
        }

        var last = new VerifyDatasetVersionResponse { Progress = new Progress { Stage = "verified", Done = done, Total = total } };
        var version = row.ToVersion([]);
        if (Manifest.Digest(version.Format, RecordLayout.Of(version), files, version.RejectedCount, rejections) != row.Digest)
        {
            last.Problems.Add(new VerifyDatasetVersionResponse.Types.Problem { Description = "its digest does not cover what is recorded of it" });
        }

        await stream.WriteAsync(last, cancel);
    }

    private async Task<VerifyDatasetVersionResponse.Types.Problem?> ProblemAsync(SourceFile file, string version, CancellationToken cancel)
    {
        try
        {
            await blobs.VerifyAsync(file.Scope, file.Digest, cancel);
            return null;
        }
        catch (BlobStoreException e)
        {
            logger.ReadFailed(version, e);
            return new VerifyDatasetVersionResponse.Types.Problem { Path = file.Path, Description = e.Message };
        }
    }
}
