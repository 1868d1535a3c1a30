using Microsoft.Win32.SafeHandles;

namespace Mesh.Blobs.Remote;

/// <summary>
/// What S3 and Azure have in common: named objects that appear whole or not at all. Every request has a deadline and is repeated when the failure may pass;
/// what remains is a <see cref="BlobStoreException"/> without endpoint, bucket or key.
/// </summary>
internal interface IObjectStorage : IDisposable
{
    /// <summary>Stores a small object in one request, with a checksum that the server verifies.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>
    /// Sends a large object in parts, each with a checksum that the server verifies. It can be seen only after <see cref="IObjectUpload.CommitAsync"/>;
    /// <see cref="IAsyncDisposable.DisposeAsync"/> without it discards the parts. Memory: <see cref="PartPlan.ParallelParts"/> parts.
    /// </summary>
    Task<IObjectUpload> StageAsync(string key, SafeFileHandle content, PartPlan parts, CancellationToken cancellation);

    /// <summary>Reads bytes from <paramref name="offset"/> until the target is full; false when there is no such object.</summary>
    /// <exception cref="BlobStoreException">The object ends before.</exception>
    Task<bool> ReadAsync(string key, long offset, Memory<byte> target, CancellationToken cancellation);

    /// <summary>Bytes of an object, or null when there is none.</summary>
    Task<long?> SizeAsync(string key, CancellationToken cancellation);

    /// <summary>False when there was none.</summary>
    Task<bool> DeleteAsync(string key, CancellationToken cancellation);

    /// <summary>All objects whose key starts so, in the order of their keys, a page in memory at a time.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Discards uploads under a prefix that were begun before and never committed: what killed processes left. Returns how many.</summary>
    Task<int> DiscardUnfinishedAsync(string prefix, DateTimeOffset begunBefore, CancellationToken cancellation);
}

/// <summary>An upload whose parts have all arrived.</summary>
internal interface IObjectUpload : IAsyncDisposable
{
    /// <summary>Makes the object visible, in the place of one that is there.</summary>
    Task CommitAsync(CancellationToken cancellation);
}

/// <param name="Size">Bytes.</param>
internal readonly record struct StoredObject(string Key, long Size);
