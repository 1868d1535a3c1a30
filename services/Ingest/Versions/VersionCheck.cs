using Grpc.Core;
using Mesh.Blobs;
using Mesh.Ingest.Formats;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Jobs.V1;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Versions;

/// <summary>The body of VerifyDatasetVersion: hashes every file of a version again, and its manifest.</summary>
internal sealed class VersionCheck(IDbContextFactory<IngestDb> databases, IBlobStore blobs, TimeProvider time, ILogger<VersionCheck> logger)
{
    /// <summary>How often to tell how far it is, also within a file: proxies cut a call on which nothing moves.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

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
            await TellAsync(0);
            if (await ProblemAsync(file, name, TellAsync, cancel) is { } problem)
            {
                await stream.WriteAsync(new VerifyDatasetVersionResponse { Problems = { problem } }, cancel);
            }

            done += file.Size;

            Task TellAsync(long ofFile) =>
                stream.WriteAsync(new VerifyDatasetVersionResponse { Progress = new Progress { Stage = file.Path, Done = done + ofFile, Total = total } }, cancel);
        }

        var last = new VerifyDatasetVersionResponse { Progress = new Progress { Stage = "verified", Done = done, Total = total } };
        var version = row.ToVersion([]);
        if (Manifest.Digest(version.Format, RecordLayout.Of(version), files, version.RejectedCount, rejections) != row.Digest)
        {
            last.Problems.Add(new VerifyDatasetVersionResponse.Types.Problem { Description = "its digest does not cover what is recorded of it" });
        }

        await stream.WriteAsync(last, cancel);
    }

    private async Task<VerifyDatasetVersionResponse.Types.Problem?> ProblemAsync(SourceFile file, string version, Func<long, Task> tell, CancellationToken cancel)
    {
        try
        {
            await VerifyAsync(file, tell, cancel);
            return null;
        }
        catch (BlobStoreException e)
        {
            logger.ReadFailed(version, e);
            return new VerifyDatasetVersionResponse.Types.Problem { Path = file.Path, Description = e.Message };
        }
    }

    private async Task VerifyAsync(SourceFile file, Func<long, Task> tell, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var hashed = new Hashed();
        var verifying = blobs.VerifyAsync(file.Scope, file.Digest, over.Token, hashed);
        try
        {
            while (await Task.WhenAny(verifying, Task.Delay(Beat, time, over.Token)) != verifying)
            {
                await tell(hashed.Bytes);
            }
        }
        finally
        {
            // Also where nobody listens any more.
            await over.CancelAsync();
            await verifying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await verifying;
    }

    private sealed class Hashed : IProgress<long>
    {
        private long _bytes;

        public long Bytes => Volatile.Read(ref _bytes);

        public void Report(long value) => Volatile.Write(ref _bytes, value);
    }
}
