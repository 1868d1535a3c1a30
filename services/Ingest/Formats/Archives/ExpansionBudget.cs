namespace Mesh.Ingest.Formats.Archives;

/// <summary>Counts what archives really expand to, whatever their headers say, and stops at the limits.</summary>
internal sealed class ExpansionBudget(IngestOptions options)
{
    /// <summary>Little content may expand a lot without harm: a blank bitmap, a text of zeros.</summary>
    private const long RatioFloor = 1024 * 1024;

    private long _expanded;

    public int MaxEntries => options.MaxArchiveEntries;

    public int MaxRatio => options.MaxExpansionRatio;

    /// <param name="where">File, or file and entry, for the message.</param>
    public void Expand(long bytes, string where)
    {
        _expanded += bytes;
        if (_expanded > options.MaxExpandedBytes)
        {
            throw new DatasetException("EXPANDED_TOO_LARGE", $"{where}: the files expand to more than {options.MaxExpandedBytes} bytes.");
        }
    }

    public void CheckRatio(long expanded, long compressed, string where)
    {
        if (expanded > RatioFloor && expanded / Math.Max(compressed, 1) > options.MaxExpansionRatio)
        {
            throw new DatasetException("COMPRESSION_BOMB", $"{where} expands to more than {options.MaxExpansionRatio} times its size.");
        }
    }

    public void CheckEntries(long count, string file)
    {
        if (count > options.MaxArchiveEntries)
        {
            throw new DatasetException("TOO_MANY_ENTRIES", $"{file} has more than {options.MaxArchiveEntries} entries.");
        }
    }
}
