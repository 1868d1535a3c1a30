using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats;

/// <summary>
/// Walks over candidates for records, in an order that depends on the files only. The members below describe the candidate
/// it stands on. A damaged file throws <see cref="DatasetException"/> from any call.
/// </summary>
internal abstract class RecordCursor : IAsyncDisposable
{
    /// <summary>"train", "test", "validation" or "all".</summary>
    public string Split { get; protected set; } = "";

    /// <summary>Null when the candidate has none.</summary>
    public string? Label { get; protected set; }

    /// <summary>File and place: "t10k-images-idx3-ubyte.gz#17", "train.zip:cats/7.png".</summary>
    public abstract string Source { get; }

    /// <summary>Candidates in all, when that is known beforehand; else 0.</summary>
    public long Total { get; protected set; }

    /// <summary>Moves on without looking at the content; false at the end.</summary>
    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancel);

    /// <summary>Reads and checks the candidate.</summary>
    /// <returns>Why it is rejected; null for a record.</returns>
    public abstract ValueTask<string?> ReadAsync(CancellationToken cancel);

    /// <summary>The image just read. Copies it once, out of the cursor's buffer.</summary>
    public abstract ImageValue ToImage();

    public abstract ValueTask DisposeAsync();
}
