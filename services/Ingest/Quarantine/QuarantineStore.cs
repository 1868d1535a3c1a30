using Google.Protobuf;
using Mesh.Blobs;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Storage;
using Mesh.Ingest.V1;
using Mesh.Ingest.Versions;
using Mesh.Jobs.V1;
using Mesh.ServiceDefaults.Errors;
using Mesh.ServiceDefaults.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mesh.Ingest.Quarantine;

/// <summary>The records that commits rejected, kept aside as a blob beside each version.</summary>
internal sealed class QuarantineStore(IDbContextFactory<IngestDb> databases, CommitLeases leases, IBlobStore blobs, WorkFolder work)
{
    /// <summary>Clients take messages of 4 MiB unless told otherwise.</summary>
    private const int PageBytes = 2 * 1024 * 1024;

    public QuarantineFile NewFile() => new(work.Path);

    /// <summary>Makes the file a blob of the version. The version names it first, so that no crash leaves a blob that nobody knows.</summary>
    public async Task KeepAsync(Commit commit, QuarantineFile file, CancellationToken cancel)
    {
        if (await file.FinishAsync(cancel) is var (path, content)
            && await leases.QuarantineAsync(commit, content.Digest.Hex, cancel))
        {
            await blobs.ImportAsync(new BlobScope(IngestNames.Service, commit.Key.Project), path, content, cancel);
        }
    }

    /// <summary>A page token is the place of the next record in the blob.</summary>
    public async Task<ListRejectedRecordsResponse> ListAsync(ListRejectedRecordsRequest request, CancellationToken cancel)
    {
        var key = VersionKey.Parse(request.Parent, "parent");
        var paging = Paging.Parse(request.PageSize, request.PageToken);
        var start = paging.After.Length == 0 ? 0 : ParseToken(paging.After);
        await using var db = await databases.CreateDbContextAsync(cancel);
        var row = await VersionStore.FindAsync(db, key, cancel);
        if (row.State == JobState.Running)
        {
            throw MeshError.Precondition("VERSION_NOT_READY", $"{request.Parent} is not ready.");
        }

        var response = new ListRejectedRecordsResponse();
        if (row.QuarantineSha256.Length == 0)
        {
            return response;
        }

        var (scope, digest) = (new BlobScope(IngestNames.Service, key.Project), BlobDigest.Parse(row.QuarantineSha256));
        var blob = await blobs.StatAsync(scope, digest, cancel) ?? throw MeshError.DataLoss($"The rejected records of {request.Parent} are lost.");
        if (start > blob.Size)
        {
            throw MeshError.Invalid("page_token", "is not a token that a list call returned.");
        }

        await using var content = await blobs.OpenReadAsync(scope, digest, start, cancellation: cancel);
        var end = Read(content, response, paging.Size);
        response.NextPageToken = start + end < blob.Size ? Paging.TokenOf($"{start + end}") : "";
        return response;
    }

    /// <returns>Where it stopped.</returns>
    private static long Read(Stream content, ListRejectedRecordsResponse response, int limit)
    {
        var bytes = 0;
        while (content.Position < content.Length && response.RejectedRecords.Count < limit && bytes < PageBytes)
        {
            try
            {
                response.RejectedRecords.Add(RejectedRecord.Parser.ParseDelimitedFrom(content));
            }
            catch (InvalidProtocolBufferException)
            {
                throw MeshError.Invalid("page_token", "is not a token that a list call returned.");
            }

            bytes += response.RejectedRecords[^1].CalculateSize();
        }

        return content.Position;
    }

    private static long ParseToken(string text) =>
        long.TryParse(text, out var place) && place >= 0 ? place : throw MeshError.Invalid("page_token", "is not a token that a list call returned.");
}
