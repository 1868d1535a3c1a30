using Mesh.Ingest.Formats;
using Mesh.Ingest.Records;
using Mesh.Ingest.Versions.Comparing;

namespace Mesh.Ingest.Commits;

/// <summary>Whether the values of the key column are there once each. Keeps them on disk, so that memory does not grow with the records.</summary>
internal sealed class KeyCheck(string folder, string name, int column) : IDisposable
{
    private readonly HashBuckets _keys = new(folder);
    private readonly RecordHash _hash = new();

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

        _keys.Add(new HashedRecord(_hash.OfValue(cursor.Row, column), default, Base: false, cursor.Source));
        return null;
    }

    /// <exception cref="DatasetException">DUPLICATE_KEY</exception>
    public void ThrowIfTwice()
    {
        var (twice, first, second) = (0L, "", "");
        foreach (var group in _keys.Groups())
        {
            if (group.Skip(1).FirstOrDefault() is { Source: not null } other)
            {
                // The same pair is named however the records fall on the files.
                (first, second) = twice == 0 || string.CompareOrdinal(other.Source, second) < 0 ? (group.First().Source, other.Source) : (first, second);
                twice += group.Count() - 1;
            }
        }

        if (twice > 0)
        {
            throw new DatasetException("DUPLICATE_KEY", $"{Printable.Of(second)} has the same {name} as {Printable.Of(first)}; {twice} records repeat a key.");
        }
    }

    public void Dispose() => _keys.Dispose();
}
