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
    /// <param name="parent">"projects/{project}"</param>
    /// <param name="fileName">Relative name with "/" between folders; becomes the file's path in a dataset version.</param>
    /// <param name="content">Seekable: a break makes it go back to what the server has.</param>
    /// <param name="requestId">The same id resumes the same upload, also from another process.</param>
    /// <param name="progress">Bytes that the server has taken or is being sent, from 0 to the length; goes back after a break.</param>
    /// <param name="goOnWith">ACTIVE uploads that may have been begun with the same content, the likeliest first. What is there of them must prove to be the beginning of it; others are left alone.</param>
    /// <exception cref="MeshApiException">The mesh refused it, or stayed away for longer than the client's patience.</exception>
    public async Task<Upload> SendAsync(
        string parent, string fileName, Stream content, string requestId, IProgress<long>? progress = null, CancellationToken cancel = default,
        IEnumerable<string>? goOnWith = null)
    {
        var tries = new Patience(patience);
        using var hash = new StreamHash(content);
        var choice = new UploadChoice(target, patience, parent, fileName, content, hash, requestId);
        var upload = await choice.ChooseAsync(goOnWith ?? [], cancel).ConfigureAwait(false);
        if (upload.State == UploadState.Active && upload.SizeSeen && await KnownAsync(upload, content, hash, tries, cancel).ConfigureAwait(false) is { } known)
        {
            progress?.Report(content.Length);
            return known;
        }

        upload = await WriteAllAsync(choice, upload, content, hash, progress, tries, cancel).ConfigureAwait(false);
        await hash.AdvanceToAsync(content.Length, cancel).ConfigureAwait(false);
        progress?.Report(content.Length);
        return upload.State == UploadState.Finished && upload.Sha256 == hash.Finish() ? upload : await FinishAsync(upload, hash, tries, cancel).ConfigureAwait(false);
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

    /// <summary>Asks until it is FINISHED. Each answer that it goes on is progress, however long the service's store takes.</summary>
    private async Task<Upload> FinishAsync(Upload upload, StreamHash hash, Patience tries, CancellationToken cancel)
    {
        var finish = new FinishUploadRequest { Name = upload.Name, Sha256 = hash.Finish() };
        do
        {
            upload = await tries.CallAsync(() => target.Finish(finish, cancel), cancel).ConfigureAwait(false);
        }
        while (upload.State == UploadState.Finishing);
        return upload;
    }

    private async Task<Upload> WriteAllAsync(
        UploadChoice choice, Upload upload, Stream content, StreamHash hash, IProgress<long>? progress, Patience tries, CancellationToken cancel)
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
                upload = await choice.AskAsync(upload, cancel).ConfigureAwait(false);
            }

            if (upload.CommittedBytes > before)
            {
                tries.Worked();
            }
        }

        return upload;
    }
}
