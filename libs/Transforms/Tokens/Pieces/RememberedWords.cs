using System.Collections.Concurrent;

namespace Mesh.Transforms.Tokens.Pieces;

/// <summary>
/// Remembers the pieces of the first words it meets: a text has few words that are not among them, and finding one's pieces costs ten times a look.
/// About ten megabytes at most.
/// </summary>
internal sealed class RememberedWords(IWordEncoder encoder) : IWordEncoder
{
    private const int MaximumWords = 1 << 16;
    private const int MaximumLength = 24;

    private readonly ConcurrentDictionary<string, int[]> known = new(StringComparer.Ordinal);
    private int count;

    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (word.Length > MaximumLength)
        {
            encoder.Encode(word, ids);
            return;
        }

        if (known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var pieces))
        {
            ids.AddRange(pieces);
            return;
        }

        var before = ids.Count;
        encoder.Encode(word, ids);
        // Counting is the dictionary's one slow operation, so it is done here; a thread or two too many do no harm.
        if (Volatile.Read(ref count) < MaximumWords && known.TryAdd(word.ToString(), [.. ids.Skip(before)]))
            Interlocked.Increment(ref count);
    }
}
