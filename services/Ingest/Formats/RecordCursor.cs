using Mesh.Ingest.Records;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Formats;

/// <summary>
/// Walks over candidates for records, in an order that depends on the files only. The members below describe the candidate
/// it stands on. A damaged file throws <see cref="DatasetException"/> from any call.
/// </summary>
internal abstract class RecordCursor(Schema schema) : IAsyncDisposable
{
    /// <summary>The values, once <see cref="ReadAsync"/> found nothing wrong. Whoever keeps a row gives another one of the same schema for the next record.</summary>
    public RecordRow Row { get; set; } = new(schema);

    /// <summary>"train", "test", "validation" or "all".</summary>
    public string Split { get; protected set; } = "";

    /// <summary>Index, in the list that was opened, of the file it comes from.</summary>
    public int File { get; protected set; }

    /// <summary>File and place: "t10k-images-idx3-ubyte.gz#17", "train.zip:cats/7.png", "people.csv#12".</summary>
    public abstract string Source { get; }

    /// <summary>The candidate as it stands in the file, as far as it is text.</summary>
    public virtual ReadOnlySpan<char> Text => [];

    /// <summary>Candidates in all, when that is known beforehand; else 0.</summary>
    public long Total { get; protected set; }

    /// <summary>Where another cursor over the same file can begin, to move to this candidate first; null where none can.</summary>
    public virtual CursorPlace? Place => null;

    /// <summary>Begins at a place of the first file that a cursor of the same layout had. Only before the first move, and only with a cursor that gives places.</summary>
    public virtual void StartAt(in CursorPlace place) => throw new NotSupportedException();

    /// <summary>Moves on without looking at the content; false at the end.</summary>
    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancel);

    /// <summary>Reads and checks the candidate.</summary>
    /// <returns>Why it is rejected, in words that follow "it"; null for a record.</returns>
    public abstract ValueTask<string?> ReadAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}
