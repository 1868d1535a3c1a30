using System.Text;

namespace Mesh.Inference.Protocol.Wire;

/// <summary>
/// The short strings that every request repeats (names, datatypes), so that parsing allocates none of them. Fixed size,
/// one slot per hash; a slot holds what came last, so nobody can fill it for good.
/// </summary>
internal sealed class NameCache
{
    private const int Slots = 1024;
    private const int Longest = 64;

    private readonly Entry?[] entries = new Entry?[Slots];

    public static NameCache Shared { get; } = new();

    /// <summary>The string of these bytes, if it was seen lately.</summary>
    public string? Find(ReadOnlySpan<byte> utf8) =>
        utf8.IsEmpty ? "" : Volatile.Read(ref entries[Slot(utf8)]) is { } entry && utf8.SequenceEqual(entry.Utf8) ? entry.Text : null;

    public void Offer(string text)
    {
        if (text.Length is 0 or > Longest)
        {
            return;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        Volatile.Write(ref entries[Slot(utf8)], new Entry(utf8, text));
    }

    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        // FNV-1a.
        var hash = 2166136261u;
        foreach (var value in utf8)
        {
            hash = (hash ^ value) * 16777619u;
        }

        return (int)((hash ^ (hash >> 16)) % Slots);
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
