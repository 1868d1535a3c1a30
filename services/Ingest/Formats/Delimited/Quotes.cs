namespace Mesh.Ingest.Formats.Delimited;

/// <summary>RFC 4180: a field that starts with a quote ends with one, quotes in it are doubled, and a delimiter follows.</summary>
internal static class Quotes
{
    public static bool AreBalanced(ReadOnlySpan<char> row, char delimiter)
    {
        while (true)
        {
            if (row.IsEmpty || row[0] != '"')
            {
                var end = row.IndexOf(delimiter);
                if (end < 0)
                {
                    return true;
                }

                row = row[(end + 1)..];
                continue;
            }

            row = row[1..];
            while (true)
            {
                var quote = row.IndexOf('"');
                if (quote < 0)
                {
                    return false;
                }

                row = row[(quote + 1)..];
                if (row.IsEmpty)
                {
                    return true;
                }

                if (row[0] == '"')
                {
                    row = row[1..];
                }
                else if (row[0] == delimiter)
                {
                    row = row[1..];
                    break;
                }
                else
                {
                    return false;
                }
            }
        }
    }
}
