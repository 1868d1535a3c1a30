using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Grpc.Core;
using Mesh.Client.Errors;
using Mesh.Client.Retrying;
using Mesh.Ingest.V1;
using Mesh.Preprocessing.V1;

namespace Mesh.Client.Downloads;

/// <summary>A file that the mesh gives out over plain HTTP.</summary>
/// <param name="Path">Below its resource, "/" between folders.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record RemoteFile(string Path, string Sha256, long SizeBytes)
{
    public static RemoteFile Of(DatasetFile file) => new(file.Path, file.Sha256, file.SizeBytes);

    /// <summary>The shards, and the fitted pipeline.</summary>
    public static IReadOnlyList<RemoteFile> Of(ProcessedDataset processed) =>
    [
        .. processed.Splits.SelectMany(split => split.Shards).Select(shard => new RemoteFile(shard.Path, shard.Sha256, shard.SizeBytes)),
        new("fitted-pipeline.json", processed.FittedPipelineSha256, processed.FittedPipelineSizeBytes),
    ];
}

/// <summary>Fetches files of dataset versions and of processed datasets.</summary>
public static class FileDownload
{
    /// <summary>A server that sends nothing for this long is asked again.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Fetches one file and checks its SHA-256. What comes goes to "{path}.partial", which gets its name when it is whole; a
    /// later call, also of another process, goes on with it. A file that is there already, with the same bytes, is left.
    /// </summary>
    /// <param name="resource">"projects/{project}/datasets/{dataset}/versions/{version}" or "projects/{project}/processedDatasets/{processed}"</param>
    /// <param name="file">One of its files.</param>
    /// <param name="path">Where it goes; the folder exists.</param>
    /// <param name="progress">Bytes that are there.</param>
    /// <exception cref="InvalidDataException">The bytes are not those that were announced; they are removed.</exception>
    /// <exception cref="MeshApiException">The mesh refused it, or stayed away for longer than the client's patience.</exception>
    public static async Task DownloadFileAsync(
        this MeshClient mesh, string resource, RemoteFile file, string path, IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        if (File.Exists(path) && new FileInfo(path).Length == file.SizeBytes && await HashAsync(path, cancel).ConfigureAwait(false) == file.Sha256)
        {
            progress?.Report(file.SizeBytes);
            return;
        }

        var partial = path + ".partial";
        await using (var content = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, useAsync: true))
        {
            try
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                await ResumeAsync(content, file, hash, cancel).ConfigureAwait(false);
                progress?.Report(content.Position);
                await FetchAllAsync(mesh, resource, file, content, hash, progress, cancel).ConfigureAwait(false);
                if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
                {
                    content.SetLength(0);
                    throw new InvalidDataException($"{file.Path} of {resource} came with other bytes than it has; they were removed.");
                }
            }
            catch when (content.Length == 0)
            {
                // Nothing to go on with.
                File.Delete(partial);
                throw;
            }

            content.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Hashes what an earlier call left, and stands at its end.</summary>
    private static async Task ResumeAsync(FileStream content, RemoteFile file, IncrementalHash hash, CancellationToken cancel)
    {
        if (content.Length > file.SizeBytes)
        {
            content.SetLength(0);
        }

        var buffer = new byte[256 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }
    }

    private static async Task FetchAllAsync(
        MeshClient mesh, string resource, RemoteFile file, FileStream content, IncrementalHash hash, IProgress<long>? progress, CancellationToken cancel)
    {
        var tries = new Patience(mesh.Options.Patience);
        var address = $"v1/{resource}/files/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}";
        while (content.Position < file.SizeBytes)
        {
            try
            {
                await FetchAsync(mesh.Http, address, file, content, hash, bytes =>
                {
                    progress?.Report(bytes);
                    tries.Worked();
                }, cancel).ConfigureAwait(false);
            }
            catch (RpcException e) when (tries.Has(e, cancel))
            {
                await tries.WaitAsync(e, cancel).ConfigureAwait(false);
            }
        }
    }

    private static async Task FetchAsync(
        HttpClient http, string address, RemoteFile file, FileStream content, IncrementalHash hash, Action<long> report, CancellationToken cancel)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            stall.CancelAfter(StallLimit);
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Range = content.Position > 0 ? new RangeHeaderValue(content.Position, null) : null;
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{file.Sha256}\""));
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
            await HttpFailure.ThrowAsync(response, stall.Token).ConfigureAwait(false);
            if (content.Position > 0 && response.StatusCode != HttpStatusCode.PartialContent)
            {
                throw new InvalidDataException($"{file.Path}: the mesh sent all of it where a part was asked for.");
            }

            await using var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            var buffer = new byte[256 * 1024];
            int read;
            while ((read = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await content.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
                report(content.Position);
                stall.CancelAfter(StallLimit);
            }
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw HttpFailure.Broken(e);
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancel)
    {
        await using var content = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel).ConfigureAwait(false));
    }
}
