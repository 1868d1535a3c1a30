namespace Mesh.Ingest.Formats.Texts;

/// <summary>Finds the character that separates the fields of a text: the one that divides its lines into the same number of fields.</summary>
internal static class Delimiters
{
    private const int Lines = 200;

    /// <summary>In the order in which they are preferred.</summary>
    private static readonly char[] Candidates = [',', '\t', ';', '|'];

    /// <summary>The delimiter; a comma when nothing separates anything.</summary>
    public static char Find(string head, bool whole) => Best(head, whole).Delimiter ?? ',';

    /// <summary>Whether it looks like a table and not like prose: every line has the same number of fields, two at least.</summary>
    public static bool IsTable(string head, bool whole)
    {
        var (delimiter, share, lines) = Best(head, whole);
        return delimiter is not null && share >= 0.95 && lines >= 3;
    }

    private static (char? Delimiter, double Share, int Lines) Best(string head, bool whole)
    {
        (char? Delimiter, double Share, int Fields, int Lines) best = (null, 0, 0, 0);
        foreach (var candidate in Candidates)
        {
            var counts = FieldCounts(head, candidate, whole);
            if (counts.Count == 0)
            {
                continue;
            }

            var mode = counts.GroupBy(c => c).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First();
            var share = (double)mode.Count() / counts.Count;
            if (mode.Key > 1 && (share > best.Share + 0.05 || share > best.Share - 0.05 && mode.Key > best.Fields))
            {
                best = (candidate, share, mode.Key, counts.Count);
            }
        }

        return (best.Delimiter, best.Share, best.Lines);
    }

    /// <summary>Fields of each line that is complete; quoted fields may hold delimiters and line ends.</summary>
    private static List<int> FieldCounts(string head, char delimiter, bool whole)
    {
        var counts = new List<int>();
        var (fields, quoted, filled) = (1, false, false);
        foreach (var c in head)
        {
            if (c == '"')
            {
                quoted = !quoted;
                filled = true;
            }
            else if (c == delimiter && !quoted)
            {
                fields++;
                filled = true;
            }
            else if (c == '\n' && !quoted)
            {
                if (filled)
                {
                    counts.Add(fields);
                }

                (fields, filled) = (1, false);
                if (counts.Count == Lines)
                {
                    return counts;
                }
            }
            else if (c != '\r')
            {
                filled = true;
            }
        }

        if (whole && filled && !quoted)
        {
            counts.Add(fields);
        }

        return counts;
    }
}
