using System.Buffers;
using System.Text;

namespace Mesh.Transforms.Texts;

/// <summary>
/// A Unicode normalisation form (Unicode Standard Annex 15). <see cref="string.Normalize()"/> cannot be had: without ICU, as Mesh runs, it hands every
/// text back as it is. A half of a surrogate pair becomes U+FFFD.
/// </summary>
/// <param name="compatibly">Whether compatibility characters, such as ligatures and full-width letters, are replaced too (NFKC, NFKD).</param>
/// <param name="composes">Whether marks are put together with their letters again (NFC, NFKC).</param>
internal sealed class UnicodeForm(bool compatibly, bool composes)
{
    // Hangul syllables: 19 leading consonants, 21 vowels, 27 trailing consonants or none.
    private const int Syllables = 0xAC00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    // An element is a character with its combining class above it, so that marks can be ordered by number.
    private const int ClassShift = 24;
    private const uint Character = (1u << ClassShift) - 1;

    public static UnicodeForm C { get; } = new(compatibly: false, composes: true);

    public static UnicodeForm D { get; } = new(compatibly: false, composes: false);

    public static UnicodeForm Kc { get; } = new(compatibly: true, composes: true);

    public static UnicodeForm Kd { get; } = new(compatibly: true, composes: false);

    // No character below changes, or joins one before it.
    private char Untouched => compatibly ? '\u00A0' : composes ? '\u0300' : '\u00C0';

    /// <summary>The same text, not a copy, when there is nothing to do at a glance.</summary>
    public string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(Untouched - 1)))
            return text;
        var elements = new ArrayBufferWriter<uint>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, elements);
        // The writer is ours alone, so what it wrote may be changed in place.
        var written = System.Runtime.InteropServices.MemoryMarshal.AsMemory(elements.WrittenMemory).Span;
        OrderMarks(written);
        var length = composes ? Compose(written) : written.Length;
        var result = new StringBuilder(length);
        foreach (var element in written[..length])
            result.Append(new Rune(element & Character));
        return result.ToString();
    }

    private void Decompose(int character, IBufferWriter<uint> to)
    {
        if (character - Syllables is >= 0 and < LeadCount * VowelCount * TrailCount and var syllable)
        {
            Add(Leads + syllable / (VowelCount * TrailCount));
            Add(Vowels + syllable / TrailCount % VowelCount);
            if (syllable % TrailCount > 0)
                Add(Trails + syllable % TrailCount);
            return;
        }

        if (Decompositions.Unicode.Of(character, compatibly) is not { } parts)
        {
            Add(character);
            return;
        }

        foreach (var part in parts)
            Add(part);

        void Add(int part)
        {
            to.GetSpan(1)[0] = (uint)Decompositions.Unicode.Combining(part) << ClassShift | (uint)part;
            to.Advance(1);
        }
    }

    /// <summary>Marks between two letters go by their classes; those of one class stay as they are.</summary>
    private static void OrderMarks(Span<uint> elements)
    {
        for (var from = 0; from < elements.Length; from++)
        {
            var to = from;
            var sorted = true;
            for (; to < elements.Length && elements[to] >> ClassShift > 0; to++)
                sorted &= to == from || elements[to - 1] >> ClassShift <= elements[to] >> ClassShift;
            if (!sorted)
            {
                // Somebody may send a million marks in a row, so not by insertion; the place keeps equals in order.
                var run = elements[from..to];
                var keys = new ulong[run.Length];
                for (var i = 0; i < keys.Length; i++)
                    keys[i] = (ulong)(run[i] >> ClassShift) << 32 | (uint)i;
                var values = run.ToArray();
                Array.Sort(keys, values);
                values.CopyTo(run);
            }

            from = to;
        }
    }

    /// <returns>How many elements are left, from the first.</returns>
    private static int Compose(Span<uint> elements)
    {
        var (starter, length) = (-1, 0);
        var last = 0u; // class of the element before, when something lies between it and the starter
        foreach (var element in elements)
        {
            var marked = element >> ClassShift;
            // A mark of the same class, or a letter, between them keeps the two apart.
            if (starter >= 0 && (length == starter + 1 || last < marked)
                && Pair((int)(elements[starter] & Character), (int)(element & Character)) is >= 0 and var composed)
            {
                elements[starter] = (uint)composed;
                continue;
            }

            if (marked == 0)
                starter = length;
            last = marked;
            elements[length++] = element;
        }

        return length;
    }

    private static int Pair(int first, int second)
    {
        if (first - Leads is >= 0 and < LeadCount and var lead && second - Vowels is >= 0 and < VowelCount and var vowel)
            return Syllables + (lead * VowelCount + vowel) * TrailCount;
        if (first - Syllables is >= 0 and < LeadCount * VowelCount * TrailCount and var syllable && syllable % TrailCount == 0
            && second - Trails is > 0 and < TrailCount and var trail)
        {
            return Syllables + syllable + trail;
        }

        return Decompositions.Unicode.Compose(first, second);
    }
}
