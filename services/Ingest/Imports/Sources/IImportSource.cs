namespace Mesh.Ingest.Imports.Sources;

/// <summary>
/// Where files are imported from. Members throw <see cref="ImportException"/> for what trying again would not help, naming the file,
/// and <see cref="SourceBrokenException"/> (or what streams throw) for what it may.
/// </summary>
internal interface IImportSource : IDisposable
{
    /// <summary>Every file, in the order of the source.</summary>
    IAsyncEnumerable<SourceEntry> ListAsync(CancellationToken cancel);

    /// <summary>Opens a file that was listed, perhaps by another process.</summary>
    /// <param name="offset">First byte wanted; a source that cannot start there starts at 0.</param>
    Task<SourceContent> OpenAsync(SourceEntry entry, long offset, CancellationToken cancel);
}

/// <summary>A file of a source.</summary>
/// <param name="Path">Relative to the source, with "/" between folders.</param>
/// <param name="Key">What the source calls it.</param>
/// <param name="Bytes">Null when the source does not say.</param>
/// <param name="Version">Changes with the content; empty when the source does not say.</param>
internal sealed record SourceEntry(string Path, string Key, long? Bytes, string Version);

/// <summary>The bytes of a file from <paramref name="Start"/> on.</summary>
/// <param name="Total">Bytes of the whole file; null when the source does not say.</param>
/// <param name="Owner">Goes with the stream.</param>
internal sealed record SourceContent(Stream Bytes, long Start, long? Total, IDisposable? Owner = null) : IAsyncDisposable
{
    /// <summary>The most that a file without a known size may have.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    public async ValueTask DisposeAsync()
    {
        await Bytes.DisposeAsync();
        Owner?.Dispose();
    }
}
