using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>
/// Which upload a content is sent to: one that was begun with the same bytes, or an own one. Equal names and sizes, and even request
/// ids, do not mean equal bytes, so nothing is appended to an upload before what is there of it has proven to be the beginning of
/// this content. One of something else is left as it is.
/// </summary>
internal sealed class UploadChoice(
    UploadTarget target, TimeSpan patience, string parent, string fileName, Stream content, StreamHash hash, string requestId)
{
    /// <summary>Content smaller than this is hashed before it is announced.</summary>
    private const int HashFirstBytes = 1024 * 1024;

    /// <summary>How long an upload that would be convenient is asked for: long enough for the service to notice that its last writer has gone.</summary>
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(10);

    /// <param name="goOnWith">Names of uploads that may have been begun with the same content.</param>
    /// <returns>ACTIVE with a beginning of this content, or FINISHED with all of it.</returns>
    public async Task<Upload> ChooseAsync(IEnumerable<string> goOnWith, CancellationToken cancel)
    {
        foreach (var name in goOnWith)
        {
            if (await BegunAsync(name, cancel).ConfigureAwait(false) is { } begun)
            {
                return begun;
            }
        }

        try
        {
            var sha256 = content.Length < HashFirstBytes ? await AllAsync(cancel).ConfigureAwait(false) : "";
            if (await FittingAsync(await CreateAsync(requestId, sha256, cancel).ConfigureAwait(false), patience, cancel).ConfigureAwait(false) is { } own)
            {
                return own;
            }
        }
        catch (MeshApiException e) when (e.Violations.Any(v => v.Field == "request_id"))
        {
            // It created something else.
        }

        return await OwnAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>How far the upload is after a break, or an own one when another sender has appended other bytes meanwhile.</summary>
    public async Task<Upload> AskAsync(Upload upload, CancellationToken cancel)
    {
        // Patience of its own: an answer here does not mean that bytes moved.
        upload = await GetAsync(upload.Name, false, patience, cancel).ConfigureAwait(false);
        return upload.CommittedBytes <= hash.Position
            ? upload
            : await FittingAsync(upload, patience, cancel).ConfigureAwait(false) ?? await OwnAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>One for this content and no other: another process that sends it finds it too.</summary>
    private async Task<Upload> OwnAsync(CancellationToken cancel)
    {
        var sha256 = await AllAsync(cancel).ConfigureAwait(false);
        var id = $"content-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{requestId}\n{sha256}")))[..40]}";
        var upload = await CreateAsync(id, sha256, cancel).ConfigureAwait(false);
        return await FittingAsync(upload, patience, cancel).ConfigureAwait(false)
            ?? await CreateAsync($"content-{Guid.NewGuid():n}", sha256, cancel).ConfigureAwait(false);
    }

    private async Task<Upload?> BegunAsync(string name, CancellationToken cancel)
    {
        var wait = patience < ShortPatience ? patience : ShortPatience;
        try
        {
            return await FittingAsync(await GetAsync(name, true, wait, cancel).ConfigureAwait(false), wait, cancel).ConfigureAwait(false);
        }
        catch (MeshApiException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Aborted or StatusCode.FailedPrecondition)
        {
            // Expired in this moment, or somebody else is writing it.
            return null;
        }
    }

    /// <returns>Null when it has bytes that are not the beginning of the content.</returns>
    private async Task<Upload?> FittingAsync(Upload upload, TimeSpan wait, CancellationToken cancel)
    {
        while (upload is { State: UploadState.Active, CommittedBytes: > 0, CommittedSha256: "" })
        {
            upload = await GetAsync(upload.Name, true, wait, cancel).ConfigureAwait(false);
        }

        var fits = upload.State == UploadState.Active
            ? upload.CommittedBytes == 0 || upload.CommittedBytes <= content.Length
                && upload.CommittedSha256 == await hash.OfFirstAsync(upload.CommittedBytes, cancel).ConfigureAwait(false)
            : upload.Sha256 == await AllAsync(cancel).ConfigureAwait(false);
        return fits ? upload : null;
    }

    private async Task<string> AllAsync(CancellationToken cancel)
    {
        await hash.AdvanceToAsync(content.Length, cancel).ConfigureAwait(false);
        return hash.Finish();
    }

    private Task<Upload> GetAsync(string name, bool hashed, TimeSpan wait, CancellationToken cancel)
    {
        var get = new GetUploadRequest { Name = name, WithCommittedSha256 = hashed };
        return new Patience(wait).CallAsync(() => target.Get(get, cancel), cancel);
    }

    private Task<Upload> CreateAsync(string id, string sha256, CancellationToken cancel)
    {
        var create = new CreateUploadRequest
        {
            Parent = parent,
            Upload = new Upload { FileName = fileName, SizeBytes = content.Length, Sha256 = sha256 },
            RequestId = id,
        };
        return new Patience(patience).CallAsync(() => target.Create(create, cancel), cancel);
    }
}
