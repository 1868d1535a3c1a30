using System.Runtime.CompilerServices;
using Mesh.Ingest.Commits;
using Mesh.Ingest.Formats;
using Mesh.Ingest.V1;

namespace Mesh.Ingest.Records;

/// <summary>A version that is ready, and what it takes to read it.</summary>
/// <param name="Restarts">Where files can be entered; see <see cref="Restarts.RestartPoints"/>.</param>
internal sealed record OpenedVersion(DatasetVersion Version, IRecordFormat Format, IReadOnlyList<SourceFile> Files, RejectedOrdinals Rejected, byte[] Restarts)
{
    public RecordLayout Layout { get; } = RecordLayout.Of(Version);

    /// <summary>The records of a split, in order: each time the cursor that stands on one, its values read.</summary>
    /// <param name="offset">Index of the first that is wanted.</param>
    /// <param name="wanted">Which indices are; the others are passed over without looking at them.</param>
    /// <exception cref="DatasetException">A file is damaged, or a record no longer is one.</exception>
    public async IAsyncEnumerable<(long Index, RecordCursor Cursor)> ReadAsync(
        string split, long offset, Func<long, bool> wanted, [EnumeratorCancellation] CancellationToken cancel)
    {
        var start = ReadStart.Of(this, split, offset);
        var rejected = Rejected.Of(split);
        var (nextRejected, ordinal, index) = (start.Rejected, start.Candidates - 1, start.Records - 1);
        await using var cursor = Format.Open(start.Files, Layout, split);
        if (start.Place is { } place)
        {
            cursor.StartAt(place);
        }

        while (await cursor.MoveNextAsync(cancel))
        {
            ordinal++;
            if (nextRejected < rejected.Count && rejected[nextRejected] == ordinal)
            {
                nextRejected++;
                continue;
            }

            if (++index < offset || !wanted(index))
            {
                continue;
            }

            if (await cursor.ReadAsync(cancel) is { } problem)
            {
                throw new DatasetException("RECORD_CHANGED", $"{cursor.Source} was a record when the version was committed and now {problem}.");
            }

            yield return (index, cursor);
        }
    }

    /// <summary>Every record of every split.</summary>
    public async IAsyncEnumerable<RecordCursor> ReadAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var split in Version.Splits)
        {
            await foreach (var (_, cursor) in ReadAsync(split.Name, 0, _ => true, cancel))
            {
                yield return cursor;
            }
        }
    }
}
