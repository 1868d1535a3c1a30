using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;
using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>
/// Sends a stream as an upload, and after a break asks how much arrived and goes on from there. Hashes while it sends; it hashes
/// first, and sends nothing that the project has already, when that costs next to nothing (less than 1 MiB) or when the project
/// has something of exactly this size.
/// </summary>
public sealed class Uploader(UploadTarget target, TimeSpan patience)
{
    /// <summary>Content smaller than this is hashed before it is announced.</summary>
    private const int HashFirstBytes = 1024 * 1024;

    /// <param name="parent">"projects/{project}"</param>
    /// <param name="fileName">Relative name with "/" between folders; becomes the file's path in a dataset version.</param>
    /// <param name="content">Seekable: a break makes it go back to what the server has.</param>
    /// <param name="requestId">The same id resumes the same upload, also from another process.</param>
    /// <param name="progress">Bytes that the server has taken or is being sent, from 0 to the length; goes back after a break.</param>
    /// <param name="goOnWith">An ACTIVE upload that was probably begun with the same content; checked at its end.</param>
    /// <exception cref="MeshApiException">The mesh refused it, or stayed away for longer than the client's patience.</exception>
    public async Task<Upload> SendAsync(
        string parent, string fileName, Stream content, string requestId, IProgress<long>? progress = null, CancellationToken cancel = default,
        string? goOnWith = null)
    {
        var tries = new Patience(patience);
        using var hash = new StreamHash(content);
        var upload = await OpenAsync(parent, fileName, content, hash, requestId, goOnWith, tries, cancel).ConfigureAwait(false);
        if (upload.State == UploadState.Active && upload.SizeSeen && await KnownAsync(upload, content, hash, tries, cancel).ConfigureAwait(false) is { } known)
        {
            progress?.Report(content.Length);
            return known;
        }

        var begunElsewhere = upload.CommittedBytes > 0;
        while (true)
        {
            upload = await WriteAllAsync(upload, content, hash, progress, tries, cancel).ConfigureAwait(false);
            await hash.AdvanceToAsync(content.Length, cancel).ConfigureAwait(false);
            progress?.Report(content.Length);
            if (upload.State == UploadState.Finished && upload.Sha256 == hash.Finish())
            {
                return upload;
            }

            try
            {
                return await FinishAsync(upload, hash, tries, cancel).ConfigureAwait(false);
            }
            catch (MeshApiException e) when (begunElsewhere && e.Reason == "DIGEST_MISMATCH" && e.Metadata.GetValueOrDefault("committed_bytes") == "0")
            {
                // What was there before was of something else, and is dropped.
                begunElsewhere = false;
                upload = await GetAsync(upload.Name, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task<Upload> OpenAsync(
        string parent, string fileName, Stream content, StreamHash hash, string requestId, string? goOnWith, Patience tries, CancellationToken cancel)
    {
        if (goOnWith is not null)
        {
            try
            {
                return await GetAsync(goOnWith, cancel).ConfigureAwait(false);
            }
            catch (MeshApiException e) when (e.StatusCode == StatusCode.NotFound)
            {
                // Expired in this moment.
            }
        }

        var upload = new Upload { FileName = fileName, SizeBytes = content.Length };
        if (content.Length < HashFirstBytes)
        {
            await hash.AdvanceToAsync(content.Length, cancel).ConfigureAwait(false);
            upload.Sha256 = hash.Finish();
        }

        var create = new CreateUploadRequest { Parent = parent, Upload = upload, RequestId = requestId };
        return await tries.CallAsync(() => target.Create(create, cancel), cancel).ConfigureAwait(false);
    }

    /// <summary>Hashes all of it and asks whether the project has it.</summary>
    /// <returns>Null when it has not.</returns>
    private async Task<Upload?> KnownAsync(Upload upload, Stream content, StreamHash hash, Patience tries, CancellationToken cancel)
    {
        await hash.AdvanceToAsync(content.Length, cancel).ConfigureAwait(false);
        try
        {
            return await FinishAsync(upload, hash, tries, cancel).ConfigureAwait(false);
        }
        catch (MeshApiException e) when (e.Reason == "SIZE_MISMATCH")
        {
            return null;
        }
    }

    private async Task<Upload> FinishAsync(Upload upload, StreamHash hash, Patience tries, CancellationToken cancel)
    {
        var finish = new FinishUploadRequest { Name = upload.Name, Sha256 = hash.Finish() };
        return await tries.CallAsync(() => target.Finish(finish, cancel), cancel).ConfigureAwait(false);
    }

    private Task<Upload> GetAsync(string name, CancellationToken cancel) =>
        new Patience(patience).CallAsync(() => target.Get(new GetUploadRequest { Name = name }, cancel), cancel);

    private async Task<Upload> WriteAllAsync(
        Upload upload, Stream content, StreamHash hash, IProgress<long>? progress, Patience tries, CancellationToken cancel)
    {
        while (upload.State == UploadState.Active && upload.CommittedBytes < content.Length)
        {
            var before = upload.CommittedBytes;
            try
            {
                upload = await target.Write(new UploadRest(upload, content, hash, progress), cancel).ConfigureAwait(false);
            }
            catch (RpcException e) when (tries.Has(e, cancel))
            {
                await tries.WaitAsync(e, cancel).ConfigureAwait(false);
                // Patience of its own: an answer here does not mean that bytes moved.
                upload = await GetAsync(upload.Name, cancel).ConfigureAwait(false);
            }

            if (upload.CommittedBytes > before)
            {
                tries.Worked();
            }
        }

        return upload;
    }
}
