using Mesh.Ingest.Formats;
using Mesh.Ingest.Records;
using Mesh.Ingest.Versions.Comparing;

namespace Mesh.Ingest.Commits;

/// <summary>Whether the values of the key column are there once each. Keeps them on disk, so that memory does not grow with the records.</summary>
internal sealed class KeyCheck(string folder, string name, int column) : IDisposable
{
    private readonly HashBuckets _keys = new(folder);
    private readonly RecordHash _hash = new();
    private ulong _added;

    /// <summary>Null when no key column was asked for.</summary>
    public static KeyCheck? Of(RecordLayout layout, string folder)
    {
        var name = layout.Options.KeyColumn;
        return name.Length == 0 ? null : new KeyCheck(folder, name, layout.Schema.Columns.ToList().FindIndex(c => c.Name == name));
    }

    /// <returns>What is wrong with the record; null when its key is there.</returns>
    public string? Add(RecordCursor cursor)
    {
        if (cursor.Row.IsMissing(column))
        {
            return $"has no {name}, which is the key";
        }

        // What else the record holds does not matter here; its place among the others does.
        _keys.Add(new HashedRecord(_hash.OfValue(cursor.Row, column), Content: _added++, Base: false, cursor.Source));
        return null;
    }

    /// <summary>Names the first record that repeats a key, in the order of reading.</summary>
    /// <exception cref="DatasetException">DUPLICATE_KEY</exception>
    public void ThrowIfTwice(CancellationToken cancel)
    {
        var (repeats, first, second) = (0L, "", default(HashedRecord?));
        var seen = new HashSet<UInt128>();
        foreach (var bucket in _keys.Buckets())
        {
            var earlier = second;
            foreach (var record in bucket)
            {
                cancel.ThrowIfCancellationRequested();
                if (seen.Add(record.Key))
                {
                    continue;
                }

                repeats++;
                second = second is null || record.Content < second.Value.Content ? record : second;
            }

            first = second is { } found && second != earlier ? bucket.First(r => r.Key == found.Key).Source : first;
            seen.Clear();
        }

        if (second is { } other)
        {
            throw new DatasetException("DUPLICATE_KEY", $"{Printable.Of(other.Source)} has the same {name} as {Printable.Of(first)}; {repeats} records repeat a key.");
        }
    }

    public void Dispose() => _keys.Dispose();
}
