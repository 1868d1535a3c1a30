using Mesh.Uploads.V1;

namespace Mesh.Client.Uploads;

/// <summary>What an upload still lacks: the content from its committed bytes on. Each byte is hashed on the way.</summary>
internal sealed record UploadRest(Upload Upload, Stream Content, StreamHash Hash, IProgress<long>? Progress)
{
    /// <summary>A write that moves nothing for this long is broken off and resumed.</summary>
    public static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(1);

    /// <summary>Stands at the first byte that is missing.</summary>
    /// <returns>Its place.</returns>
    public async Task<long> SeekAsync(CancellationToken cancel)
    {
        await Hash.AdvanceToAsync(Upload.CommittedBytes, cancel).ConfigureAwait(false);
        Content.Position = Upload.CommittedBytes;
        return Upload.CommittedBytes;
    }
}
